package dev.handoff.unix;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * One preallocated datagram, with its sender's or receiver's address. One thread at a time.
 *
 * <pre>
 *     0  msghdr and iovec, as {@link DescriptorMessage} draws them
 *    72  address, padded to 128
 *   200  the datagram
 * </pre>
 *
 * Source: recvmsg(2), udp(7).
 */
public final class DatagramMessage {
    /** The largest length that fits into a UDP header. */
    public static final int MOST_BYTES = 65_535;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int ADDRESS = DescriptorMessage.HEADER_END;
    private static final int ADDRESS_ROOM = 128;
    private static final int DATA = ADDRESS + ADDRESS_ROOM;

    /** Kept: the address alone would not keep the memory alive. */
    private final Pointer memory;

    private final int capacity;
    private int length;

    /**
     * Allocates one.
     *
     * @param capacity the most bytes of a datagram
     */
    public DatagramMessage(int capacity) {
        this.capacity = capacity;
        this.memory = Native.allocate(DATA + capacity);
        long header = memory.address();
        memory.putLong(NAME, header + ADDRESS);
        memory.putLong(DescriptorMessage.IOV, header + DescriptorMessage.IOV_BASE);
        memory.putLong(DescriptorMessage.IOV_COUNT, 1);
        memory.putLong(DescriptorMessage.IOV_BASE, header + DATA);
    }

    /** The most bytes of a datagram. */
    public int capacity() {
        return capacity;
    }

    /**
     * Receives a datagram without waiting.
     *
     * @return false if none waits
     */
    public boolean receive(Fd socket) throws UnixException {
        memory.putInt(NAME_LENGTH, ADDRESS_ROOM);
        memory.putLong(DescriptorMessage.IOV_LENGTH, capacity);
        long received = Native.LIBC.recvmsg(socket.number(), memory.address(), Native.MSG_DONTWAIT);
        length = (int) Math.max(0, received);
        return received >= 0 || isLater(Native.errno(), "cannot receive a datagram");
    }

    /** A copy of what was received. */
    public byte[] data() {
        byte[] copy = new byte[length];
        memory.get(DATA, copy, 0, length);
        return copy;
    }

    /** The sender of what was received; unnamed if it has no Internet address. */
    public SocketAddress sender() {
        return SocketAddressBytes.read(memory, ADDRESS).decode();
    }

    /**
     * Sends a datagram without waiting.
     *
     * @param data at most {@link #capacity} bytes
     * @return false if the kernel has no room for it now
     * @throws UnixException EMSGSIZE, EACCES, ENETUNREACH …, naming the address
     */
    public boolean send(Fd socket, byte[] data, InetSocketAddress to) throws UnixException {
        memory.putInt(NAME_LENGTH, SocketAddressBytes.encode(to, memory, ADDRESS));
        memory.putLong(DescriptorMessage.IOV_LENGTH, data.length);
        memory.put(DATA, data, 0, data.length);
        long sent = Native.LIBC.sendmsg(socket.number(), memory.address(), Native.MSG_DONTWAIT | Native.MSG_NOSIGNAL);
        return sent >= 0 || isLater(Native.errno(), "cannot send " + data.length + " bytes to " + to);
    }

    /** Gives false if the call failed only for now. */
    private static boolean isLater(int errno, String what) throws UnixException {
        if (errno == Errno.EAGAIN.intValue() || errno == Errno.EINTR.intValue() || errno == Errno.ENOBUFS.intValue()) {
            return false;
        }
        throw new UnixException(what, errno);
    }
}
