package dev.handoff.unix;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/** Sends and receives bytes on non-blocking stream sockets: recv(2), send(2). One thread at a time. */
public final class StreamBytes {
    private static final int ROOM = 16 * 1024;

    private final Pointer memory = Native.allocate(ROOM);

    /** The result of a receive. */
    public enum Found {
        /** Bytes. */
        BYTES,
        /** No bytes yet. */
        NOTHING,
        /** The peer has ended what it sends, or has reset the connection. */
        END
    }

    /** Checks whether bytes wait, without receiving them. */
    public Found peek(Fd socket) {
        return receive(socket, 1, Native.MSG_PEEK);
    }

    /** Receives at most 16 KiB, and discards them. */
    public Found discard(Fd socket) {
        return receive(socket, ROOM, 0);
    }

    private Found receive(Fd socket, int length, int flags) {
        long received = Native.LIBC.recv(socket.number(), memory.address(), length, flags | Native.MSG_DONTWAIT);
        if (received > 0) {
            return Found.BYTES;
        }
        int errno = received < 0 ? Native.errno() : 0;
        boolean later = errno == Errno.EAGAIN.intValue() || errno == Errno.EINTR.intValue();
        return later ? Found.NOTHING : Found.END;
    }

    /**
     * Sends bytes.
     *
     * @param bytes at most 16 KiB
     * @return false if not all of them could be sent at once
     */
    public boolean send(Fd socket, byte[] bytes) {
        memory.put(0, bytes, 0, bytes.length);
        int flags = Native.MSG_DONTWAIT | Native.MSG_NOSIGNAL;
        return Native.LIBC.send(socket.number(), memory.address(), bytes.length, flags) == bytes.length;
    }

    /** Ends what is sent; what the peer sends still arrives. Does nothing if the peer is gone. */
    public void endOutput(Fd socket) {
        Native.LIBC.shutdown(socket.number(), Native.SHUT_WR);
    }
}
