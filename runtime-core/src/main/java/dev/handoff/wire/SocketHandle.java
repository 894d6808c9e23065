package dev.handoff.wire;

import dev.handoff.process.Handle;
import dev.handoff.unix.Fd;
import dev.handoff.unix.FdChannel;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ByteChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A socket's descriptor and kind. */
public final class SocketHandle implements Handle {
    private static final int BACKLOG = 4096;

    /** How long an accept waits before it checks whether the handle is still open. */
    private static final int LOOK_MILLIS = 100;

    private final Fd fd;
    private final Kind kind;
    private final Uses uses;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Counts the handles and channels of one connection that are open in this process, and reports the end of the last. */
    private static final class Uses {
        private final AtomicInteger count = new AtomicInteger();
        private final Runnable onLast;

        Uses(Runnable onLast) {
            this.onLast = onLast;
        }

        void oneLess() {
            if (count.decrementAndGet() == 0) {
                onLast.run();
            }
        }
    }

    private SocketHandle(Fd fd, Kind kind, Uses uses) {
        this.fd = fd;
        this.kind = kind;
        this.uses = uses;
        uses.count.incrementAndGet();
    }

    private SocketHandle(Fd fd, Kind kind) {
        this(fd, kind, new Uses(() -> {}));
    }

    /**
     * Takes ownership of a connection.
     *
     * @param onGone called when no handle and no channel of it is open in this process any more
     */
    public static SocketHandle connection(Fd socket, Runnable onGone) {
        return new SocketHandle(socket, Kind.CONNECTION, new Uses(onGone));
    }

    /** Takes ownership of a socket. It is closed if its kind cannot be found out. */
    public static SocketHandle of(Fd socket) throws UnixException {
        try {
            return new SocketHandle(socket, kindOf(socket));
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    private static Kind kindOf(Fd socket) throws UnixException {
        if (SocketFd.isDatagram(socket)) {
            return Kind.DATAGRAM;
        }
        return SocketFd.isListening(socket) ? Kind.LISTENER : Kind.CONNECTION;
    }

    /** Connects to an address. */
    public static SocketHandle connect(InetSocketAddress address) throws UnixException {
        return new SocketHandle(SocketFd.connect(address), Kind.CONNECTION);
    }

    /** Listens on an address. */
    public static SocketHandle listen(InetSocketAddress address) throws UnixException {
        ListeningSocket socket = ListeningSocket.bind(address, BACKLOG, false, false);
        return new SocketHandle(new Fd(socket.fd().release()), Kind.LISTENER);
    }

    /** Receives datagrams on an address. */
    public static SocketHandle bind(InetSocketAddress address) throws UnixException {
        return new SocketHandle(SocketFd.bindDatagrams(address, false, false), Kind.DATAGRAM);
    }

    /** The descriptor, which this handle still owns. */
    Fd fd() {
        return fd;
    }

    /** Gives the descriptor away; this handle is of no more use. */
    public Fd release() {
        Fd released = new Fd(fd.release());
        end();
        return released;
    }

    /**
     * A descriptor that was given away, while the connection still counts as open in this process.
     *
     * @param socket the holder of this record owns it
     * @param closed must be run when the new owner has closed it
     */
    public record Transferred(Fd socket, Runnable closed) {}

    /** Gives the descriptor away to an owner that tells when it is closed; this handle is of no more use. */
    public Transferred transfer() {
        return new Transferred(new Fd(fd.release()), this::end);
    }

    private void end() {
        if (over.compareAndSet(false, true)) {
            uses.oneLess();
        }
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public int port() {
        try {
            return SocketFd.localAddress(fd) instanceof InetSocketAddress address ? address.getPort() : 0;
        } catch (UnixException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Handle duplicate() {
        try {
            return new SocketHandle(SocketFd.duplicate(fd), kind, uses);
        } catch (UnixException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Handle accept() throws IOException {
        if (kind != Kind.LISTENER) {
            throw new IllegalStateException("cannot accept from a " + kind + ": only a LISTENER has connections");
        }
        Poller poller = new Poller();
        Fd accepted = SocketFd.accept(fd);
        while (accepted == null) {
            accepted = awaitAndAccept(poller);
        }
        return new SocketHandle(accepted, Kind.CONNECTION);
    }

    private @Nullable Fd awaitAndAccept(Poller poller) throws IOException {
        try {
            poller.clear();
            poller.add(fd, Poller.IN);
            poller.poll(LOOK_MILLIS);
            return SocketFd.accept(fd);
        } catch (IllegalStateException e) {
            throw new IOException("the listener was closed or given away while it was accepted from", e);
        }
    }

    @Override
    public ByteChannel open() {
        Fd owned = new Fd(fd.release());
        try {
            return new FdChannel(owned, this::end);
        } catch (UnixException e) {
            owned.close();
            end();
            throw new UncheckedIOException("cannot open a socket's bytes", e);
        }
    }

    @Override
    public void close() {
        if (fd.isOpen()) {
            fd.close();
            end();
        }
    }

    @Override
    public String toString() {
        return kind + " " + fd;
    }
}
