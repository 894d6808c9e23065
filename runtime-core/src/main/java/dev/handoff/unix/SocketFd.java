package dev.handoff.unix;

import java.lang.ref.Reference;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** Opens sockets, and asks a descriptor about its socket: socket(7). */
public final class SocketFd {
    private static final int ADDRESS_ROOM = 128;

    private SocketFd() {}

    /** Whether it is a listening stream socket. */
    public static boolean isListening(Fd socket) throws UnixException {
        return option(socket, Native.SO_ACCEPTCONN, "cannot ask what socket " + socket + " is") != 0;
    }

    /** Whether it is a datagram socket. */
    public static boolean isDatagram(Fd socket) throws UnixException {
        return option(socket, Native.SO_TYPE, "cannot ask what socket " + socket + " is") == Native.SOCK_DGRAM;
    }

    /** Whether its family is IPv6; its addresses may be mapped IPv4 addresses. */
    static boolean isIpv6(Fd socket) throws UnixException {
        return option(socket, Native.SO_DOMAIN, "cannot ask for the family of " + socket) == Native.AF_INET6;
    }

    private static int option(Fd socket, int name, String what) throws UnixException {
        Pointer memory = Native.allocate(2 * Integer.BYTES);
        memory.putInt(Integer.BYTES, Integer.BYTES);
        try {
            long value = memory.address();
            Native.check(
                    Native.LIBC.getsockopt(socket.number(), Native.SOL_SOCKET, name, value, value + Integer.BYTES),
                    what);
            return memory.getInt(0);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Another descriptor of the same socket, close-on-exec. */
    public static Fd duplicate(Fd socket) throws UnixException {
        return new Fd(Native.check(
                Native.LIBC.fcntl(socket.number(), Native.F_DUPFD_CLOEXEC, 0), "cannot duplicate " + socket));
    }

    /** The address that a socket is bound to; unnamed if it is no Internet address. */
    public static SocketAddress localAddress(Fd socket) throws UnixException {
        return SocketAddressBytes.read(localName(socket), 0).decode();
    }

    /**
     * The Internet address that a socket is bound to.
     *
     * @throws UnixException EINVAL if it is of another family
     */
    public static InetSocketAddress localInternetAddress(Fd socket) throws UnixException {
        if (localAddress(socket) instanceof InetSocketAddress address) {
            return address;
        }
        throw new UnixException(
                "cannot use " + socket + " for the Internet: it is a socket of another family",
                Errno.EINVAL.intValue());
    }

    /** The path that a Unix socket is bound to; {@code @name} for an abstract one, empty for none. */
    public static String localPath(Fd socket) throws UnixException {
        Pointer memory = localName(socket);
        return SocketAddressBytes.path(memory, memory.getInt(ADDRESS_ROOM));
    }

    /** Gives the address, and behind it its length. */
    private static Pointer localName(Fd socket) throws UnixException {
        Pointer memory = Native.allocate(ADDRESS_ROOM + Integer.BYTES);
        memory.putInt(ADDRESS_ROOM, ADDRESS_ROOM);
        long address = memory.address();
        Native.check(
                Native.LIBC.getsockname(socket.number(), address, address + ADDRESS_ROOM),
                "cannot ask for the address of " + socket);
        return memory;
    }

    /**
     * Another descriptor of a socket that is open in this process under that number. The socket is non-blocking from now on, by all its
     * descriptors.
     *
     * @param isDatagram whether it must be a datagram socket, or else a stream socket
     * @throws UnixException EBADF if the number is not open, ENOTSOCK if it is no socket, EINVAL if it is of another kind
     */
    public static Fd ofNumber(int number, boolean isDatagram) throws UnixException {
        String what = (isDatagram ? "cannot receive datagrams on fd:" : "cannot listen on fd:") + number;
        Fd socket = new Fd(Native.check(Native.LIBC.fcntl(number, Native.F_DUPFD_CLOEXEC, 0), what));
        try {
            int type = option(socket, Native.SO_TYPE, what);
            if (type != (isDatagram ? Native.SOCK_DGRAM : Native.SOCK_STREAM)) {
                throw new UnixException(
                        what + ", which is a socket of " + (isDatagram ? "streams or packets" : "datagrams or packets"),
                        Errno.EINVAL.intValue());
            }
            Native.makeNonBlocking(socket);
            return socket;
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Opens a datagram socket on an address, non-blocking.
     *
     * @param address port 0: any free port
     * @param ipv6Only for an IPv6 address: refuse IPv4 datagrams, which otherwise {@code ::} receives
     * @param reusePort share the port with other sockets that ask for it, SO_REUSEPORT
     * @throws UnixException EADDRINUSE, EACCES, EADDRNOTAVAIL …, naming the address
     */
    public static Fd bindDatagrams(InetSocketAddress address, boolean ipv6Only, boolean reusePort)
            throws UnixException {
        String what = "cannot receive datagrams on " + ListeningSocket.describe(address);
        int family = family(address);
        int type = Native.SOCK_DGRAM | Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC;
        Fd socket = new Fd(Native.check(Native.LIBC.socket(family, type, 0), what));
        try {
            if (reusePort) {
                Native.setOption(socket.number(), Native.SOL_SOCKET, Native.SO_REUSEPORT, 1, what);
            }
            if (family == Native.AF_INET6) {
                int only = ipv6Only ? 1 : 0;
                Native.setOption(socket.number(), Native.IPPROTO_IPV6, Native.IPV6_V6ONLY, only, what);
            }
            Pointer memory = Native.allocate(ADDRESS_ROOM);
            Native.bind(socket.number(), memory, SocketAddressBytes.encode(address, memory), what);
            return socket;
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    private static int family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? Native.AF_INET6 : Native.AF_INET;
    }

    /** Connects a stream socket to an address; waits until it is connected. Non-blocking from then on. */
    public static Fd connect(InetSocketAddress address) throws UnixException {
        String what = "cannot connect to " + address;
        int type = Native.SOCK_STREAM | Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC;
        Fd socket = new Fd(Native.check(Native.LIBC.socket(family(address), type, 0), what));
        try {
            Pointer memory = Native.allocate(ADDRESS_ROOM);
            int errno = -Native.connect(socket.number(), memory, SocketAddressBytes.encode(address, memory));
            if (errno == Errno.EINPROGRESS.intValue() || errno == Errno.EINTR.intValue()) {
                errno = awaitConnection(socket, what);
            }
            if (errno != 0) {
                throw new UnixException(what, errno);
            }
            return socket;
        } catch (UnixException e) {
            socket.close();
            throw e;
        }
    }

    /** Gives the error number, 0 once it is connected: connect(2). */
    private static int awaitConnection(Fd socket, String what) throws UnixException {
        Poller poller = new Poller();
        int self = poller.add(socket, Poller.OUT);
        while (poller.poll(-1) == 0 || !poller.isReady(self)) {
            poller.clear();
            self = poller.add(socket, Poller.OUT);
        }
        return option(socket, Native.SO_ERROR, what);
    }

    /** Accepts the next connection, non-blocking and close-on-exec; null if none waits. */
    public static @Nullable Fd accept(Fd listener) throws UnixException {
        int accepted = Native.LIBC.accept4(listener.number(), 0, 0, Native.SOCK_NONBLOCK | Native.SOCK_CLOEXEC);
        if (accepted >= 0) {
            return new Fd(accepted);
        }
        int errno = Native.errno();
        if (errno == Errno.EAGAIN.intValue()
                || errno == Errno.EINTR.intValue()
                || errno == Errno.ECONNABORTED.intValue()) {
            return null;
        }
        throw new UnixException("cannot accept a connection", errno);
    }
}
