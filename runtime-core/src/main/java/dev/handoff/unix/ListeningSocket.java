package dev.handoff.unix;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A listening stream socket, on an Internet address or a Unix path. Non-blocking. One thread accepts; any thread may ask for the
 * backlog.
 */
public final class ListeningSocket implements AutoCloseable {
    private static final int STREAM = Native.SOCK_STREAM | Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC;
    private static final int ADDRESS_ROOM = 128;
    private static final int KEEPALIVE_PROBES = 4;
    private static final int TCP_INFO_ROOM = 256;
    private static final int TCP_INFO_UNACKED = 24;
    private static final int TCP_INFO_SACKED = 28;
    private static final int REFUSED = -Errno.ECONNREFUSED.intValue();

    private final Fd fd;
    private final boolean unix;
    private final boolean shared;
    private boolean hopsLimited;
    private final Pointer peer = Native.allocate(ADDRESS_ROOM);
    private final Pointer peerLength = Native.allocate(Integer.BYTES);

    private ListeningSocket(Fd fd, boolean unix, boolean shared) {
        this.fd = fd;
        this.unix = unix;
        this.shared = shared;
    }

    /**
     * Listens on a socket that is open in this process under that number, unless it listens already. The number stays open, and other
     * processes that have the socket may go on listening when this object is closed.
     *
     * @throws UnixException as {@link SocketFd#ofNumber} says
     */
    public static ListeningSocket ofNumber(int number, int backlog) throws UnixException {
        Fd fd = SocketFd.ofNumber(number, false);
        try {
            if (!SocketFd.isListening(fd)) {
                Native.check(Native.LIBC.listen(fd.number(), backlog), "cannot listen on fd:" + number);
            }
            return new ListeningSocket(fd, SocketFd.localAddress(fd) == UnnamedAddress.UNNAMED, true);
        } catch (UnixException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Listens on an address of this machine.
     *
     * @param address port 0: any free port
     * @param ipv6Only for an IPv6 address: refuse IPv4 clients, which otherwise can connect to {@code ::}
     * @param reusePort share the port with other sockets that ask for it, SO_REUSEPORT
     * @throws UnixException EADDRINUSE, EACCES, EADDRNOTAVAIL …, naming the address
     */
    public static ListeningSocket bind(InetSocketAddress address, int backlog, boolean ipv6Only, boolean reusePort)
            throws UnixException {
        boolean six = address.getAddress() instanceof Inet6Address;
        String where = "cannot listen on " + describe(address);
        Fd fd = new Fd(Native.check(Native.LIBC.socket(six ? Native.AF_INET6 : Native.AF_INET, STREAM, 0), where));
        try {
            Native.setOption(fd.number(), Native.SOL_SOCKET, Native.SO_REUSEADDR, 1, where);
            if (reusePort) {
                Native.setOption(fd.number(), Native.SOL_SOCKET, Native.SO_REUSEPORT, 1, where);
            }
            if (six) {
                Native.setOption(fd.number(), Native.IPPROTO_IPV6, Native.IPV6_V6ONLY, ipv6Only ? 1 : 0, where);
            }
            Pointer memory = Native.allocate(ADDRESS_ROOM);
            int length = SocketAddressBytes.encode(address, memory);
            return listening(fd, memory, length, backlog, where, false);
        } catch (UnixException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Listens on a path. A socket file on which no process listens any more, as a killed process leaves it, is replaced.
     *
     * @throws UnixException EADDRINUSE if a process listens there, or the file is no socket
     */
    public static ListeningSocket bind(Path path, int backlog) throws IOException {
        try {
            return bindNew(path, backlog);
        } catch (UnixException e) {
            if (e.is(Errno.EADDRINUSE) && removeIfAbandoned(path)) {
                return bindNew(path, backlog);
            }
            throw e;
        }
    }

    private static boolean removeIfAbandoned(Path path) throws IOException {
        Optional<OwnFile> file = OwnFile.at(path);
        return file.isPresent()
                && file.get().isSocket()
                && isAbandoned(path)
                && file.get().remove();
    }

    /**
     * Removes the socket file of a process that has ended. No process listens on the socket now, or only processes with which that one
     * had shared it. Any other file stays, such as the socket of a successor.
     *
     * @param listener the process's id
     * @return whether there was such a file
     */
    public static boolean removeIfLeftBy(long listener, Path path) throws IOException {
        Optional<OwnFile> file = OwnFile.at(path);
        return file.isPresent()
                && file.get().isSocket()
                && isLeftBy(listener, path)
                && file.get().remove();
    }

    private static ListeningSocket bindNew(Path path, int backlog) throws UnixException {
        String where = "cannot listen on unix:" + path;
        Fd fd = new Fd(Native.check(Native.LIBC.socket(Native.AF_UNIX, STREAM, 0), where));
        try (SocketPath reached = SocketPath.of(path)) {
            Pointer memory = Native.allocate(ADDRESS_ROOM);
            int length = reached.encode(memory);
            return listening(fd, memory, length, backlog, where, true);
        } catch (UnixException e) {
            fd.close();
            throw e;
        }
    }

    /** The caller checks before that the file is a socket, because a connect to any other file is refused too. */
    private static boolean isAbandoned(Path path) throws UnixException {
        try (Fd client = client()) {
            return connect(client, path) == REFUSED;
        }
    }

    /** A client sees the process that has called listen(2), even if only other processes have the socket now: unix(7). */
    private static boolean isLeftBy(long listener, Path path) throws UnixException {
        try (Fd client = client()) {
            int result = connect(client, path);
            return result == REFUSED
                    || (result == 0 && PeerCredentials.of(client).pid() == listener);
        }
    }

    private static Fd client() throws UnixException {
        return new Fd(Native.check(Native.LIBC.socket(Native.AF_UNIX, STREAM, 0), "cannot open a Unix socket"));
    }

    private static int connect(Fd client, Path path) throws UnixException {
        try (SocketPath reached = SocketPath.of(path)) {
            Pointer memory = Native.allocate(ADDRESS_ROOM);
            return Native.connect(client.number(), memory, reached.encode(memory));
        }
    }

    private static ListeningSocket listening(
            Fd fd, Pointer address, int length, int backlog, String where, boolean unix) throws UnixException {
        Native.bind(fd.number(), address, length, where);
        Native.check(Native.LIBC.listen(fd.number(), backlog), where);
        return new ListeningSocket(fd, unix, false);
    }

    static String describe(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The descriptor, to be polled or shared; this socket stays its owner. */
    public Fd fd() {
        return fd;
    }

    /** Where this socket listens, with the port that the kernel chose; unnamed for a Unix path. */
    public SocketAddress localAddress() throws UnixException {
        return SocketFd.localAddress(fd);
    }

    /**
     * Accepts the next connection.
     *
     * @return null if none waits
     * @throws UnixException if there is no room for one more (EMFILE, ENFILE, ENOBUFS, ENOMEM): it stays in the backlog
     */
    public @Nullable Accepted accept() throws UnixException {
        while (true) {
            peerLength.putInt(0, ADDRESS_ROOM);
            int accepted = Native.LIBC.accept4(
                    fd.number(), peer.address(), peerLength.address(), Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC);
            if (accepted >= 0) {
                return accepted(new Fd(accepted));
            }
            int errno = Native.errno();
            if (errno == Errno.EAGAIN.intValue()) {
                return null;
            }
            if (!concernsThatClientOnly(errno)) {
                throw new UnixException("cannot accept a connection", errno);
            }
        }
    }

    /** A connection inherits the hop limit that its listening socket had when the handshake ended. */
    private Accepted accepted(Fd connection) throws UnixException {
        try {
            if (hopsLimited) {
                HopLimit.set(connection, HopLimit.NONE);
            }
            return new Accepted(connection, SocketAddressBytes.read(peer, 0));
        } catch (UnixException e) {
            connection.close();
            throw e;
        }
    }

    /** Linux passes pending errors of the new connection on: accept(2). They say nothing about the next connection. */
    private static boolean concernsThatClientOnly(int errno) {
        return switch (Errno.valueOf(errno)) {
            case ECONNABORTED,
                    EINTR,
                    EPROTO,
                    ENETDOWN,
                    ENOPROTOOPT,
                    EHOSTDOWN,
                    ENONET,
                    EHOSTUNREACH,
                    EOPNOTSUPP,
                    ENETUNREACH,
                    EPERM -> true;
            default -> false;
        };
    }

    /**
     * How full the backlog is, the kernel's queue of connections that were not accepted yet.
     *
     * @param waiting connections in it
     * @param limit connections that fit
     */
    public record Backlog(int waiting, int limit) {}

    /** Asks how full the backlog is: TCP_INFO of a listening socket. A Unix socket does not tell, and counts as empty. */
    public Backlog backlog() throws UnixException {
        if (unix) {
            return new Backlog(0, Integer.MAX_VALUE);
        }
        Pointer memory = Native.allocate(TCP_INFO_ROOM + Integer.BYTES);
        memory.putInt(TCP_INFO_ROOM, TCP_INFO_ROOM);
        long address = memory.address();
        Native.check(
                Native.LIBC.getsockopt(
                        fd.number(), Native.IPPROTO_TCP, Native.TCP_INFO, address, address + TCP_INFO_ROOM),
                "cannot ask for the backlog");
        return new Backlog(memory.getInt(TCP_INFO_UNACKED), memory.getInt(TCP_INFO_SACKED));
    }

    /**
     * Lets the kernel probe silent connections, so that those whose client has vanished end with ETIMEDOUT. The first probe is sent after
     * that time, three more within the same time. Connections that are accepted from now on inherit it at no cost. Does nothing on a Unix
     * path. Source: tcp(7), TCP_KEEPIDLE.
     *
     * @param idle 1 to 32767 s
     */
    public void keepAlive(Duration idle) throws UnixException {
        if (unix) {
            return;
        }
        String what = "cannot switch TCP keep-alive on";
        int seconds = Math.toIntExact(idle.toSeconds());
        Native.setOption(fd.number(), Native.SOL_SOCKET, Native.SO_KEEPALIVE, 1, what);
        Native.setOption(fd.number(), Native.IPPROTO_TCP, Native.TCP_KEEPIDLE, seconds, what);
        Native.setOption(
                fd.number(), Native.IPPROTO_TCP, Native.TCP_KEEPINTVL, Math.max(1, seconds / KEEPALIVE_PROBES), what);
        Native.setOption(fd.number(), Native.IPPROTO_TCP, Native.TCP_KEEPCNT, KEEPALIVE_PROBES, what);
    }

    /**
     * From now on the kernel drops the first packet of new handshakes, as if it had been lost, and finishes handshakes that have begun.
     * The client tries again a second later, and finds a successor or a closed port. Without this, a handshake that ends between the last
     * accept and the close would be reset. Does nothing on a Unix path, whose file must be removed first instead, nor on a socket that was
     * opened by its number, because other processes may listen on it.
     *
     * <p>A socket filter does it where this process may attach one. Elsewhere a limit of hops does, which needs no privilege: {@link
     * #limitHops}.
     */
    public void refuseNewHandshakes() throws UnixException {
        if (unix || shared) {
            return;
        }
        try {
            dropHandshakes();
        } catch (UnixException e) {
            if (!e.is(Errno.EPERM)) {
                throw e;
            }
            limitHops();
        }
    }

    /**
     * Attaches a classic BPF program over the TCP header: byte 13 has the flags; a SYN without ACK is dropped. Newer kernels require
     * CAP_NET_ADMIN for it. Source: socket(7) SO_ATTACH_FILTER.
     */
    private void dropHandshakes() throws UnixException {
        int[][] program = {
            {0x30, 0, 0, 13}, //              A = byte 13 of the TCP header: its flags
            {0x54, 0, 0, 0x12}, //            A = A & (SYN | ACK)
            {0x15, 0, 1, 0x02}, //            SYN alone?
            {0x06, 0, 0, 0}, //               yes: drop
            {0x06, 0, 0, -1}, //              no: pass, all of it
        };
        Pointer memory = Native.allocate(16 + 8 * program.length);
        for (int line = 0; line < program.length; line++) {
            long at = 16L + 8L * line;
            memory.putShort(at, (short) program[line][0]);
            memory.putByte(at + 2, (byte) program[line][1]);
            memory.putByte(at + 3, (byte) program[line][2]);
            memory.putInt(at + 4, program[line][3]);
        }
        memory.putShort(0, (short) program.length);
        memory.putLong(8, memory.address() + 16);
        Native.setOption(
                fd.number(),
                Native.SOL_SOCKET,
                Native.SO_ATTACH_FILTER,
                memory,
                16,
                "cannot attach the filter that refuses new handshakes");
    }

    /**
     * Limits the hops that a packet to the listening socket must have left to 255. No packet has that many that was sent with the usual 64
     * or 128, or has passed a router. The packet that ends a handshake does not go to the listening socket, and so is received, unless the
     * kernel answers with SYN cookies. Source: ip(7) IP_MINTTL; IPV6_MINHOPCOUNT is the same for IPv6.
     */
    void limitHops() throws UnixException {
        hopsLimited = true;
        HopLimit.set(fd, HopLimit.MOST);
    }

    @Override
    public void close() {
        fd.close();
    }
}
