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

/** A socket's descriptor with what it is. */
public final class SocketHandle implements Handle {
    private static final int BACKLOG = 4096;

    /** How long an accept waits before it looks whether the handle is still there. */
    private static final int LOOK_MILLIS = 100;

    private final Fd fd;
    private final Kind kind;

    private SocketHandle(Fd fd, Kind kind) {
        this.fd = fd;
        this.kind = kind;
    }

    /** Takes over a socket; one that cannot be asked what it is, is closed. */
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

    /** The descriptor, which this handle still owns. */
    Fd fd() {
        return fd;
    }

    /** Gives the descriptor away: this handle is used up. */
    public Fd release() {
        return new Fd(fd.release());
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
            return new SocketHandle(SocketFd.duplicate(fd), kind);
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
            poller.clear();
            poller.add(fd, Poller.IN);
            poller.poll(LOOK_MILLIS);
            accepted = SocketFd.accept(fd);
        }
        return new SocketHandle(accepted, Kind.CONNECTION);
    }

    @Override
    public ByteChannel open() {
        Fd owned = release();
        try {
            return new FdChannel(owned);
        } catch (UnixException e) {
            owned.close();
            throw new UncheckedIOException("cannot open a socket's bytes", e);
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return kind + " " + fd;
    }
}
