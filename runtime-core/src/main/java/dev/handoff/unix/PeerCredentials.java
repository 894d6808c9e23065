package dev.handoff.unix;

import jnr.ffi.Pointer;

/**
 * The process at the other end of a Unix socket, as the kernel knows it: SO_PEERCRED, unix(7).
 *
 * @param pid the process that connected
 * @param uid its effective user
 * @param gid its effective group
 */
public record PeerCredentials(int pid, int uid, int gid) {
    private static final int SIZE = 12;

    /** Asks the kernel for the peer of a connected Unix socket. */
    public static PeerCredentials of(Fd socket) throws UnixException {
        Pointer memory = Native.allocate(SIZE + Integer.BYTES);
        memory.putInt(SIZE, SIZE);
        long address = memory.address();
        Native.check(
                Native.LIBC.getsockopt(socket.number(), Native.SOL_SOCKET, Native.SO_PEERCRED, address, address + SIZE),
                "cannot ask who is at the other end of a Unix socket");
        return new PeerCredentials(memory.getInt(0), memory.getInt(4), memory.getInt(8));
    }

    /** Whether the peer runs as this process's user, or as root. */
    public boolean isOurs() {
        return uid == 0 || uid == Native.LIBC.geteuid();
    }
}
