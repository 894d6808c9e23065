package dev.handoff.unix;

import java.io.File;
import java.lang.ref.Reference;
import jnr.ffi.Pointer;

/**
 * A pipe, pipe(2), of which one end goes to a child process: by its path, because a JVM's children inherit no descriptor
 * but 0, 1 and 2. What opens the path gets a description of its own, which blocks; both ends here do not.
 *
 * @param readEnd owned by whoever holds this
 * @param writeEnd owned by whoever holds this
 */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    /** Opens one: non-blocking, close-on-exec. */
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
     * Lets it hold that many bytes that nobody has read, where the kernel allows it: a user without rights has a limit for
     * all pipes together, pipe(7).
     *
     * @return whether it does
     */
    public boolean resize(int bytes) {
        return Native.LIBC.fcntl(writeEnd.number(), Native.F_SETPIPE_SZ, bytes) >= bytes;
    }

    /** The path by which this process can open one of its descriptors anew, proc(5). */
    public static File path(Fd descriptor) {
        return new File("/proc/self/fd/" + descriptor.number());
    }

    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
