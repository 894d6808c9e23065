package dev.handoff.unix;

import java.lang.ref.Reference;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/**
 * A pipe, pipe(2), of which a child process opens one end by its path, because a JVM's children inherit no descriptor but 0, 1 and 2. The
 * child gets an open file description of its own, which blocks; both ends here do not block.
 *
 * @param readEnd the holder of this record owns it
 * @param writeEnd the holder of this record owns it
 */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    /** Opens a pipe: non-blocking, close-on-exec. */
    public static Pipe open() throws UnixException {
        Pointer ends = Native.allocate(2 * Integer.BYTES);
        try {
            Native.check(Native.LIBC.pipe2(ends.address(), Native.O_NONBLOCK | Native.O_CLOEXEC), "cannot open a pipe");
            return new Pipe(new Fd(ends.getInt(0)), new Fd(ends.getInt(Integer.BYTES)));
        } finally {
            Reference.reachabilityFence(ends);
        }
    }

    /**
     * Makes room for that many unread bytes, if the kernel allows it: a user without privileges has a limit for all pipes together,
     * pipe(7).
     *
     * @return whether there is that much room
     */
    public boolean resize(int bytes) {
        return Native.LIBC.fcntl(writeEnd.number(), Native.F_SETPIPE_SZ, bytes) >= bytes;
    }

    /** The path by which a process can open one of its own descriptors again, proc(5). */
    public static Path path(Fd descriptor) {
        return Path.of("/proc/self/fd/" + descriptor.number());
    }

    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
