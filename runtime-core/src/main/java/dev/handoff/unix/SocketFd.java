package dev.handoff.unix;

import java.lang.ref.Reference;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** What a descriptor tells of the socket behind it: socket(7). */
public final class SocketFd {
    private static final int ADDRESS_ROOM = 128;

    private SocketFd() {}

    /** Whether it is a socket of streams that accepts connections. */
    public static boolean isListening(Fd socket) throws UnixException {
        return option(socket, Native.SO_ACCEPTCONN) != 0;
    }

    /** Whether it is a socket of datagrams. */
    public static boolean isDatagram(Fd socket) throws UnixException {
        return option(socket, Native.SO_TYPE) == Native.SOCK_DGRAM;
    }

    private static int option(Fd socket, int name) throws UnixException {
        Pointer memory = Native.allocate(2 * Integer.BYTES);
        memory.putInt(Integer.BYTES, Integer.BYTES);
        try {
            long value = memory.address();
            Native.check(
                    Native.LIBC.getsockopt(socket.number(), Native.SOL_SOCKET, name, value, value + Integer.BYTES),
                    "cannot ask what socket " + socket + " is");
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

    /** The address that a socket is bound to; an unnamed one where that is no Internet address. */
    public static SocketAddress localAddress(Fd socket) throws UnixException {
        Pointer memory = Native.allocate(ADDRESS_ROOM + Integer.BYTES);
        memory.putInt(ADDRESS_ROOM, ADDRESS_ROOM);
        try {
            long address = memory.address();
            Native.check(
                    Native.LIBC.getsockname(socket.number(), address, address + ADDRESS_ROOM),
                    "cannot ask for the address of " + socket);
            return SocketAddressBytes.read(memory, 0).decode();
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Opens a socket of datagrams on an address. */
    public static Fd bindDatagrams(InetSocketAddress address) throws UnixException {
        String what = "cannot receive datagrams on " + address;
        int type = Native.SOCK_DGRAM | Native.SOCK_CLOEXEC;
        Fd socket = new Fd(Native.check(Native.LIBC.socket(family(address), type, 0), what));
        try {
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

    /** Connects a stream to an address; blocks until it is connected. */
    public static Fd connect(InetSocketAddress address) throws UnixException {
        String what = "cannot connect to " + address;
        int type = Native.SOCK_STREAM | Native.SOCK_CLOEXEC;
        Fd socket = new Fd(Native.check(Native.LIBC.socket(family(address), type, 0), what));
        Pointer memory = Native.allocate(ADDRESS_ROOM);
        int result = Native.connect(socket.number(), memory, SocketAddressBytes.encode(address, memory));
        if (result < 0) {
            socket.close();
            throw new UnixException(what, -result);
        }
        return socket;
    }

    /** Takes the next connection, non-blocking and close-on-exec; null if none waits. */
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
