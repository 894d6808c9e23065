package dev.handoff.acceptor;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.Fd;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.OwnFile;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.BoundSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A listening socket of the master: opened once, before the first worker, and closed at the last stop. */
public final class Listener implements AutoCloseable {
    /** The time for handshakes that have begun to end: from {@link #startClosing} to the last {@link #accept}. */
    public static final Duration CLOSING = Duration.ofMillis(100);

    private static final Logger LOG = Logs.of(Listener.class);

    private final int key;
    private final String name;
    private final ListeningSocket socket;
    private final ListenAddress address;
    private final AtomicReference<@Nullable OwnFile> file;

    private Listener(int key, String name, ListeningSocket socket, ListenAddress address, Optional<OwnFile> file) {
        this.key = key;
        this.name = name;
        this.socket = socket;
        this.address = address;
        this.file = new AtomicReference<>(file.orElse(null));
    }

    /** Its key in offers: its index in the settings. */
    public int key() {
        return key;
    }

    /** The name that the program gave it; may be empty. */
    public String name() {
        return name;
    }

    /** The socket. */
    ListeningSocket socket() {
        return socket;
    }

    /** Where it really listens: with the port that the kernel chose, for port 0. */
    public ListenAddress address() {
        return address;
    }

    /**
     * Opens all listeners of a cluster or none, with its TCP keep-alive.
     *
     * @throws StartException naming the address and the reason, if one cannot be opened
     */
    public static List<Listener> openAll(ClusterSettings settings) {
        List<Listener> opened = openAll(settings.listeners());
        Duration keepAlive = settings.duration(Setting.TCP_KEEP_ALIVE);
        if (!keepAlive.isZero()) {
            opened.forEach(listener -> listener.keepAlive(keepAlive));
        }
        return opened;
    }

    /* Without keep-alive a vanished client is noticed later, which is no reason not to serve. */
    private void keepAlive(Duration idle) {
        try {
            socket.keepAlive(idle);
        } catch (UnixException e) {
            LOG.warn("connections to {} have no TCP keep-alive", address, e);
        }
    }

    /**
     * Opens all or none.
     *
     * @throws StartException naming the address and the reason, if one cannot be opened
     */
    public static List<Listener> openAll(List<ListenOptions> wanted) {
        List<Listener> opened = new ArrayList<>();
        try {
            for (ListenOptions options : wanted) {
                opened.add(openOrSayWhy(opened.size(), options));
            }
            return List.copyOf(opened);
        } catch (StartException e) {
            opened.forEach(Listener::close);
            throw e;
        }
    }

    private static Listener openOrSayWhy(int key, ListenOptions options) {
        checkThatTheMasterCan(options);
        try {
            return open(key, options);
        } catch (IOException e) {
            String advice = advice(e, options.path().isPresent());
            throw new StartException(StartException.CANNOT_LISTEN, e.getMessage() + advice, e);
        }
    }

    private static void checkThatTheMasterCan(ListenOptions options) {
        if (options.isExclusive()) {
            throw new StartException(
                    StartException.WRONG_SETTING,
                    "cannot listen on " + options + " for a cluster: exclusive sockets are for workers that the program"
                            + " forks by itself, Cluster.master().fork()");
        }
    }

    private static String advice(IOException failure, boolean isPath) {
        if (failure instanceof UnixException e) {
            if (e.is(Errno.EADDRINUSE)) {
                return "; stop the program that listens there, or choose another "
                        + (isPath ? "path" : "port (0: any free one)");
            }
            if (e.is(Errno.EACCES)) {
                return isPath
                        ? "; choose a directory that this user may write to"
                        : "; choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE";
            }
            if (e.is(Errno.EADDRNOTAVAIL)) {
                return "; no interface of this machine has that address";
            }
            if (e.is(Errno.EBADF)) {
                return "; start the program with that descriptor open";
            }
        }
        return "";
    }

    /**
     * Opens one listener.
     *
     * @param key its key in offers
     * @throws IOException naming the address and the reason
     */
    public static Listener open(int key, ListenOptions options) throws IOException {
        BoundSocket bound = BoundSocket.open(options);
        return new Listener(key, options.name(), bound.socket(), bound.address(), bound.file());
    }

    /**
     * Accepts the next connection.
     *
     * @return null if none waits
     * @throws UnixException if no descriptor is free: the connection stays in the backlog
     */
    public @Nullable Accepted accept() throws UnixException {
        return socket.accept();
    }

    /** Another descriptor of the same socket, for another owner to accept from. */
    public Fd share() throws UnixException {
        return SocketFd.duplicate(socket.fd());
    }

    /** Refuses new handshakes; those that have begun get {@link #CLOSING} to end. */
    public void startClosing() {
        removeFile();
        try {
            socket.refuseNewHandshakes();
        } catch (UnixException e) {
            LOG.warn("{}: a client that connects to {} just now may be reset", e.getMessage(), address);
        }
    }

    /** Closes the socket, and removes the file of a Unix path if that has not been done. */
    @Override
    public void close() {
        removeFile();
        socket.close();
    }

    /** Removes the file of a Unix path, so that no new client finds it. A successor may have its own file there already. */
    private void removeFile() {
        OwnFile own = file.getAndSet(null);
        if (own != null) {
            try {
                own.remove();
            } catch (IOException e) {
                LOG.warn("cannot remove the file of {}, which is being closed: {}", address, e.toString());
            }
        }
    }
}
