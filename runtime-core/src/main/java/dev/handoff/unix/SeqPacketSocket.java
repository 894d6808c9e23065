package dev.handoff.unix;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * A Unix socket that keeps messages whole and descriptors with their message (SOCK_SEQPACKET, unix(7)). Never blocks
 * once it is connected. One thread at a time.
 */
public final class SeqPacketSocket implements AutoCloseable {
    private static final int TYPE = Native.SOCK_SEQPACKET | Native.SOCK_CLOEXEC;
    private static final int ADDRESS_ROOM = 128;
    private static final RareLog SHORTAGES = new RareLog(Logs.of(SeqPacketSocket.class));

    private final Fd fd;
    private final Poller poller = new Poller();

    private SeqPacketSocket(Fd fd) {
        this.fd = fd;
    }

    /** Binds a new socket file and listens on it. The directory's rights decide who can connect. */
    public static SeqPacketSocket listen(Path path, int backlog) throws IOException {
        SeqPacketSocket socket = new SeqPacketSocket(open("listen on " + path));
        try (SocketPath reached = SocketPath.of(path)) {
            Pointer address = Native.allocate(ADDRESS_ROOM);
            int length = reached.encode(address);
            Native.bind(socket.fd.number(), address, length, "cannot bind " + path);
            Native.check(Native.LIBC.listen(socket.fd.number(), backlog), "cannot listen on " + path);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects to a listening socket file; blocks while the listener's backlog is full. */
    public static SeqPacketSocket connect(Path path) throws IOException {
        SeqPacketSocket socket = new SeqPacketSocket(
                new Fd(Native.check(Native.LIBC.socket(Native.AF_UNIX, TYPE, 0), "cannot open a Unix socket")));
        try (SocketPath reached = SocketPath.of(path)) {
            Pointer address = Native.allocate(ADDRESS_ROOM);
            int length = reached.encode(address);
            int result = Native.connect(socket.fd.number(), address, length);
            if (result < 0) {
                throw new UnixException("cannot connect to " + path, -result);
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Fd open(String purpose) throws UnixException {
        return new Fd(Native.check(
                Native.LIBC.socket(Native.AF_UNIX, TYPE | Native.SOCK_NONBLOCK, 0),
                "cannot open a Unix socket to " + purpose));
    }

    /** Accepts a connection from a listening socket; empty if none waits. */
    public Optional<SeqPacketSocket> accept() throws UnixException {
        int accepted = Native.LIBC.accept4(fd.number(), 0, 0, Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC);
        if (accepted >= 0) {
            return Optional.of(new SeqPacketSocket(new Fd(accepted)));
        }
        int errno = Native.errno();
        if (errno == Errno.EAGAIN.intValue() || errno == Errno.ECONNABORTED.intValue()) {
            return Optional.empty();
        }
        throw new UnixException("cannot accept on a rendezvous socket", errno);
    }

    /** The descriptor, to be polled; this socket stays its owner. */
    public Fd fd() {
        return fd;
    }

    /** The process at the other end. */
    public PeerCredentials peer() throws UnixException {
        return PeerCredentials.of(fd);
    }

    /**
     * Sets the room for what was sent and not read: SO_SNDBUF, socket(7).
     *
     * @param bytes the kernel doubles it; at most net.core.wmem_max
     */
    public void setSendBuffer(int bytes) throws UnixException {
        Native.setOption(
                fd.number(), Native.SOL_SOCKET, Native.SO_SNDBUF, bytes, "cannot set the send buffer of a Unix socket");
    }

    /** Whether at most a quarter of the send buffer holds bytes that the peer has not read: POLLOUT on a Unix socket. */
    public boolean isWritable() throws UnixException {
        poller.clear();
        int self = poller.add(fd, Poller.OUT);
        poller.poll(0);
        return poller.isReady(self);
    }

    /**
     * Sends a message whole, or not at all.
     *
     * @param length bytes of the payload, at least 1: an empty message reads as end-of-file
     * @param descriptors how many of the message's descriptors are sent
     * @return false if the peer has to read first, or if too many descriptors are in flight
     * @throws UnixException if the peer is gone (EPIPE, ECONNRESET) or the call is wrong
     */
    public boolean send(DescriptorMessage message, int length, int descriptors) throws UnixException {
        long result = message.send(fd.number(), length, descriptors);
        if (result >= 0) {
            return true;
        }
        int errno = (int) -result;
        if (errno == Errno.EAGAIN.intValue()) {
            return false;
        }
        UnixException failure = new UnixException("cannot send " + descriptors + " descriptors", errno);
        if (!isShortage(errno)) {
            throw failure;
        }
        SHORTAGES.warn(failure.getMessage() + "; they are sent when there is room again");
        return false;
    }

    /** Whether memory is short, or too many descriptors are in flight: for a user without privileges the limit of open files is theirs too. */
    private static boolean isShortage(int errno) {
        return errno == Errno.ENOBUFS.intValue()
                || errno == Errno.ENOMEM.intValue()
                || errno == Errno.ETOOMANYREFS.intValue();
    }

    /** Ends what is sent: the peer reads an end behind it. What the peer sends still arrives. */
    public void shutdownOutput() throws UnixException {
        Native.check(Native.LIBC.shutdown(fd.number(), Native.SHUT_WR), "cannot end what is sent on a Unix socket");
    }

    /** The result of a receive. */
    public enum Received {
        /** A message, now in the block. */
        MESSAGE,
        /** No message waits. */
        NOTHING,
        /** The peer is gone, or sends nothing more, and all that it sent has been read. */
        END
    }

    /** Receives one message. A reset by a dying peer is skipped, because the messages behind it can still be read. */
    public Received receive(DescriptorMessage message) throws UnixException {
        long length = message.receive(fd.number());
        while (length == -Errno.ECONNRESET.intValue() || length == -Errno.EINTR.intValue()) {
            length = message.receive(fd.number());
        }
        if (length > 0) {
            return Received.MESSAGE;
        }
        if (length == 0) {
            return Received.END;
        }
        if (length == -Errno.EAGAIN.intValue()) {
            return Received.NOTHING;
        }
        throw new UnixException("cannot receive descriptors", (int) -length);
    }

    @Override
    public void close() {
        fd.close();
    }
}
