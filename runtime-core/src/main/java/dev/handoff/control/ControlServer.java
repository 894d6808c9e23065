package dev.handoff.control;

import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.unix.RareLog;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import jnr.unixsocket.Credentials;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Where workers connect their control channels. The thread {@code handoff-control} accepts. A process of another
 * user is refused at once, and a stranger that does not become a worker soon is cut.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = Logs.of(ControlServer.class);
    private static final int MOST_STRANGERS = 64;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    /** Who hears of peers. Called on a thread of the peer's own. */
    public interface Events {
        /** A stranger takes itself for a worker: to be welcomed or rejected. */
        void onHello(ControlPeer peer, Hello hello);

        /** A worker says something. */
        void onFrame(ControlPeer peer, ControlFrame frame);

        /** A peer, stranger or worker, is gone. */
        void onEnd(ControlPeer peer, @Nullable IOException failure);
    }

    private final Events events;
    private final RareLog refusals = new RareLog(LOG);
    private final Set<ControlPeer> strangers = ConcurrentHashMap.newKeySet();
    private volatile ControlSocket socket;
    private volatile boolean closed;

    /**
     * Listens. Accepts nothing before {@link #start}.
     *
     * @throws IOException naming the path, if it cannot be listened on
     */
    public ControlServer(Path path, Events events) throws IOException {
        this.events = events;
        this.socket = ControlSocket.listen(path);
    }

    /** Listens there from now on: the file of the socket was removed, or has another place now. */
    public void listenAgain(Path path) throws IOException {
        ControlSocket before = socket;
        socket = ControlSocket.listen(path);
        before.close();
    }

    /** Accepts from now on. */
    public void start() throws NoThreadException {
        Thread thread = Threads.daemon("handoff-control", this::run);
        thread.setUncaughtExceptionHandler(Fatal::end);
        Threads.start(thread);
    }

    Events events() {
        return events;
    }

    private void run() {
        while (!closed) {
            try {
                admit(socket.accept());
            } catch (ClosedChannelException e) {
                LOG.debug("the control socket was closed: there is another one, or it is over");
            } catch (IOException e) {
                logRefusal("cannot accept on the control socket, tries again: " + e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void admit(UnixSocketChannel channel) throws IOException {
        try {
            admit(channel, channel.getOption(UnixSocketOptions.SO_PEERCRED));
        } catch (IOException e) {
            channel.close();
            logRefusal("lost a connection on the control socket that had just come: " + e.getMessage());
        }
    }

    private void admit(UnixSocketChannel channel, Credentials kernel) {
        PeerCredentials peer = new PeerCredentials(kernel.getPid(), kernel.getUid(), kernel.getGid());
        ControlPeer stranger = new ControlPeer(this, new ControlChannel(channel), peer, System.nanoTime());
        if (!peer.isOurs()) {
            stranger.reject("it belongs to another user");
        } else if (strangers.size() >= MOST_STRANGERS) {
            stranger.reject(MOST_STRANGERS + " others have not become workers yet either");
        } else {
            strangers.add(stranger);
            begin(stranger);
        }
    }

    private void begin(ControlPeer stranger) {
        try {
            stranger.start();
        } catch (NoThreadException e) {
            strangers.remove(stranger);
            stranger.reject(String.valueOf(e.getMessage()));
        }
    }

    void noStranger(ControlPeer peer) {
        strangers.remove(peer);
    }

    /** Closes the connections that have been strangers for too long. */
    public void cutStrangers(long nowNanos) {
        for (ControlPeer stranger : strangers) {
            if (nowNanos - stranger.sinceNanos() >= PATIENCE_NANOS) {
                stranger.reject("no valid hello within "
                        + Duration.ofNanos(PATIENCE_NANOS).toSeconds() + " s");
            }
        }
    }

    /** Logs at most a line a second: a stranger must not fill the disk. Any thread. */
    void logRefusal(String line) {
        refusals.warn(line);
    }

    /** Stops accepting and sends the strangers away; channels of workers stay. */
    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the control socket", e);
        } finally {
            strangers.forEach(ControlPeer::close);
        }
    }
}
