package dev.handoff.unix;

import jnr.ffi.Pointer;

/**
 * One preallocated message of a SEQPACKET socket: bytes, and descriptors beside them. One thread at a time.
 *
 * <p>One block of native memory, laid out as LP64 Linux has it (x86_64 and aarch64 alike):
 *
 * <pre>
 *     0  msghdr   name 8 | namelen 4 + 4 | iov 8 | iovlen 8 | control 8 | controllen 8 | flags 4 + 4
 *    56  iovec    base 8 | length 8
 *    72  cmsghdr  length 8 | level 4 | type 4 | descriptors 4 each, padded to 8
 *     …  payload
 * </pre>
 *
 * Source: sendmsg(2), cmsg(3).
 */
public final class DescriptorMessage {
    static final int IOV = 16;
    static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    static final int IOV_BASE = 56;
    static final int IOV_LENGTH = 64;

    /** Where header and iovec end. */
    static final int HEADER_END = 72;

    private static final int FLAGS = 48;
    private static final int CMSG = HEADER_END;
    private static final int CMSG_DATA = CMSG + 16;

    /** Kept: the address alone would not keep the memory alive. */
    private final Pointer memory;

    private final long header;
    private final int maxDescriptors;
    private final int payload;
    private final int payloadCapacity;
    private int received;
    private int receivedLength;

    /**
     * Allocates a message.
     *
     * @param maxDescriptors at most 253, the kernel's SCM_MAX_FD
     * @param payloadCapacity in bytes
     */
    public DescriptorMessage(int maxDescriptors, int payloadCapacity) {
        this.maxDescriptors = maxDescriptors;
        this.payloadCapacity = payloadCapacity;
        this.payload = CMSG_DATA + padded(maxDescriptors);
        this.memory = Native.allocate(payload + payloadCapacity);
        this.header = memory.address();
        memory.putLong(IOV, header + IOV_BASE);
        memory.putLong(IOV_COUNT, 1);
        memory.putLong(CONTROL, header + CMSG);
        memory.putLong(IOV_BASE, header + payload);
    }

    private static int padded(int descriptors) {
        return (descriptors * Integer.BYTES + 7) & ~7;
    }

    /** A byte of the payload. */
    public byte getByte(int offset) {
        return memory.getByte(payload + offset);
    }

    /** Sets a byte of the payload. */
    public void putByte(int offset, byte value) {
        memory.putByte(payload + offset, value);
    }

    /** Copies the beginning of the payload out. */
    public void getBytes(int offset, byte[] target, int length) {
        memory.get(payload + (long) offset, target, 0, length);
    }

    /** Copies the beginning of an array into the payload. */
    public void putBytes(int offset, byte[] source, int length) {
        memory.put(payload + (long) offset, source, 0, length);
    }

    /** Two bytes of the payload, in the machine's order. */
    public int getUnsignedShort(int offset) {
        return Short.toUnsignedInt(memory.getShort(payload + offset));
    }

    /** Sets two bytes of the payload, in the machine's order. */
    public void putShort(int offset, int value) {
        memory.putShort(payload + offset, (short) value);
    }

    /** Four bytes of the payload, in the machine's order. */
    public int getInt(int offset) {
        return memory.getInt(payload + offset);
    }

    /** Sets four bytes of the payload, in the machine's order. */
    public void putInt(int offset, int value) {
        memory.putInt(payload + offset, value);
    }

    /** Eight bytes of the payload, in the machine's order. */
    public long getLong(int offset) {
        return memory.getLong(payload + offset);
    }

    /** Sets eight bytes of the payload, in the machine's order. */
    public void putLong(int offset, long value) {
        memory.putLong(payload + offset, value);
    }

    /** An address out of the payload. */
    public SocketAddressBytes getAddress(int offset) {
        return SocketAddressBytes.read(memory, payload + offset);
    }

    /** Puts an address into the payload. */
    public void putAddress(int offset, SocketAddressBytes address) {
        address.write(memory, payload + offset);
    }

    /** Sets the descriptor at that place, for the next send. The caller stays its owner. */
    public void putDescriptor(int index, Fd descriptor) {
        putDescriptor(index, new BorrowedFd(descriptor.number()));
    }

    /** Sets the descriptor at that place, for the next send. Its owner must not close it before. */
    public void putDescriptor(int index, BorrowedFd descriptor) {
        memory.putInt(CMSG_DATA + (long) index * Integer.BYTES, descriptor.number());
    }

    /** How many bytes the last receive brought. */
    public int receivedLength() {
        return receivedLength;
    }

    /** How many descriptors the last receive brought. */
    public int receivedDescriptors() {
        return received;
    }

    /** Gives a received descriptor away, once: the caller owns it. */
    public Fd releaseDescriptor(int index) {
        long at = CMSG_DATA + (long) index * Integer.BYTES;
        Fd released = new Fd(memory.getInt(at));
        memory.putInt(at, -1);
        return released;
    }

    /** Closes the received descriptors that were not released. */
    public void closeUnreleased() {
        for (int index = 0; index < received; index++) {
            if (memory.getInt(CMSG_DATA + (long) index * Integer.BYTES) >= 0) {
                releaseDescriptor(index).close();
            }
        }
        received = 0;
    }

    /** Whether the last receive lost descriptors, because there was no room for them in this process. */
    public boolean descriptorsTruncated() {
        return (memory.getInt(FLAGS) & Native.MSG_CTRUNC) != 0;
    }

    /** Whether the last receive lost bytes, because the sender's frame was larger than this block. */
    public boolean payloadTruncated() {
        return (memory.getInt(FLAGS) & Native.MSG_TRUNC) != 0;
    }

    /** Sends without blocking; gives the bytes sent, or a negative errno. */
    long send(int socket, int length, int descriptors) {
        memory.putLong(IOV_LENGTH, length);
        memory.putLong(CONTROL_LENGTH, descriptors == 0 ? 0 : 16L + padded(descriptors));
        memory.putLong(CMSG, 16L + (long) descriptors * Integer.BYTES);
        memory.putInt(CMSG + 8, Native.SOL_SOCKET);
        memory.putInt(CMSG + 12, Native.SCM_RIGHTS);
        long sent = Native.LIBC.sendmsg(socket, header, Native.MSG_DONTWAIT | Native.MSG_NOSIGNAL);
        return sent < 0 ? -Native.errno() : sent;
    }

    /** Receives without blocking; gives the bytes received, 0 at end-of-file, or a negative errno. */
    long receive(int socket) {
        memory.putLong(IOV_LENGTH, payloadCapacity);
        memory.putLong(CONTROL_LENGTH, 16L + padded(maxDescriptors));
        memory.putInt(FLAGS, 0);
        received = 0;
        receivedLength = 0;
        long length = Native.LIBC.recvmsg(socket, header, Native.MSG_DONTWAIT | Native.MSG_CMSG_CLOEXEC);
        if (length < 0) {
            return -Native.errno();
        }
        receivedLength = (int) length;
        received = countReceived();
        return length;
    }

    private int countReceived() {
        boolean present = memory.getLong(CONTROL_LENGTH) >= 16 + Integer.BYTES
                && memory.getInt(CMSG + 8) == Native.SOL_SOCKET
                && memory.getInt(CMSG + 12) == Native.SCM_RIGHTS;
        return present ? (int) ((memory.getLong(CMSG) - 16) / Integer.BYTES) : 0;
    }
}
