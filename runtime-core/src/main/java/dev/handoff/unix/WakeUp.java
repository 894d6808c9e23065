package dev.handoff.unix;

import java.util.concurrent.atomic.AtomicBoolean;
import jnr.ffi.Pointer;

/**
 * Wakes a thread that waits in {@link Poller#poll}, by an eventfd(2). Any thread may signal. The polling thread adds {@link #fd()} to its
 * set, and calls {@link #reset} before it looks for what has changed.
 */
public final class WakeUp implements AutoCloseable {
    private final Fd fd;
    private final Pointer one = Native.allocate(Long.BYTES);
    private final Pointer drain = Native.allocate(Long.BYTES);
    private final AtomicBoolean signalled = new AtomicBoolean();

    /** Opens an eventfd. */
    public WakeUp() throws UnixException {
        fd = new Fd(Native.check(
                Native.LIBC.eventfd(0, Native.EFD_NONBLOCK | Native.EFD_CLOEXEC), "cannot open an eventfd"));
        one.putLong(0, 1);
    }

    /** The descriptor to poll; this object stays its owner. */
    public Fd fd() {
        return fd;
    }

    /** Wakes the polling thread, once for any number of calls since its last reset. */
    public synchronized void signal() {
        if (fd.isOpen() && signalled.compareAndSet(false, true)) {
            Native.LIBC.write(fd.number(), one.address(), Long.BYTES);
        }
    }

    /**
     * Makes the descriptor unready again. The polling thread calls this when the poll found it ready, before it looks for what has changed.
     * The eventfd is read before the flag is cleared. In the other order a signal in between would be read with the rest and leave the flag
     * set, and every later signal would be lost.
     */
    public void reset() {
        Native.LIBC.read(fd.number(), drain.address(), Long.BYTES);
        signalled.set(false);
    }

    @Override
    public synchronized void close() {
        fd.close();
    }
}
