package dev.handoff.unix;

import dev.handoff.process.spi.Logs;
import java.util.concurrent.locks.LockSupport;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;

/**
 * poll(2) over a set of descriptors that is written again for each call. For a few descriptors that is cheaper than a registration in
 * the kernel, and the layout is the same on every architecture. One thread at a time.
 *
 * <pre>
 *   pollfd   fd i32 | events i16 | revents i16
 * </pre>
 */
public final class Poller {
    /** Bytes to read, a connection to accept, or the end. */
    public static final int IN = 0x1;

    /** Room to write. */
    public static final int OUT = 0x4;

    private static final RareLog SHORTAGES = new RareLog(Logs.of(Poller.class));

    /** When the kernel has no memory (ENOMEM), or the limit of open descriptors was lowered below those that are open (EINVAL): poll(2). */
    private static final long REST_NANOS = 10_000_000;

    private static final int ENTRY = 8;
    private static final int FIRST_CAPACITY = 32;

    private Pointer entries = Native.allocate(FIRST_CAPACITY * ENTRY);
    private int capacity = FIRST_CAPACITY;
    private int size;

    /** Forgets all descriptors. */
    public void clear() {
        size = 0;
    }

    /**
     * Adds a descriptor for the next calls.
     *
     * @param events {@link #IN}, {@link #OUT}, both, or 0 for errors only
     * @return its index, for {@link #isReady}
     */
    public int add(Fd descriptor, int events) {
        if (size == capacity) {
            grow();
        }
        long at = (long) size * ENTRY;
        entries.putInt(at, descriptor.number());
        entries.putInt(at + Integer.BYTES, events);
        return size++;
    }

    /**
     * Adds all descriptors of another poller.
     *
     * @return the index of the first
     */
    int addAll(Poller other) {
        while (size + other.size > capacity) {
            grow();
        }
        int first = size;
        other.entries.transferTo(0, entries, (long) first * ENTRY, (long) other.size * ENTRY);
        size += other.size;
        return first;
    }

    /**
     * Copies the results of the last poll to the poller whose descriptors were added.
     *
     * @param first the index of the first of them
     * @return how many are ready
     */
    int copyResults(int first, Poller other) {
        int ready = 0;
        for (int index = 0; index < other.size; index++) {
            short found = entries.getShort((long) (first + index) * ENTRY + 6);
            other.entries.putShort((long) index * ENTRY + 6, found);
            ready += found == 0 ? 0 : 1;
        }
        return ready;
    }

    /** The number of descriptors, which is the index of the next one. */
    public int size() {
        return size;
    }

    private void grow() {
        Pointer larger = Native.allocate(2 * capacity * ENTRY);
        entries.transferTo(0, larger, 0, (long) capacity * ENTRY);
        entries = larger;
        capacity *= 2;
    }

    /**
     * Waits until a descriptor is ready. A virtual thread does not keep its carrier meanwhile.
     *
     * @param timeoutMillis 0: does not wait; negative: waits without limit
     * @return how many are ready; 0 also after an interruption by a signal, and after a rest because the kernel had no memory
     */
    public int poll(int timeoutMillis) throws UnixException {
        return timeoutMillis != 0 && VirtualThreads.isCurrent()
                ? PollThread.get().poll(this, timeoutMillis)
                : pollHere(timeoutMillis);
    }

    /** As {@link #poll}, but waits on this thread even if it is a virtual one. */
    int pollHere(int timeoutMillis) throws UnixException {
        int ready = Native.LIBC.poll(entries.address(), size, timeoutMillis);
        if (ready >= 0) {
            return ready;
        }
        int errno = Native.errno();
        if (errno == Errno.EFAULT.intValue()) {
            throw new UnixException("cannot poll " + size + " descriptors", errno);
        }
        if (errno != Errno.EINTR.intValue()) {
            SHORTAGES.warn("cannot poll " + size + " descriptors, tries again: " + Errno.valueOf(errno));
            LockSupport.parkNanos(REST_NANOS);
        }
        clearResults();
        return 0;
    }

    private void clearResults() {
        for (int index = 0; index < size; index++) {
            entries.putShort((long) index * ENTRY + 6, (short) 0);
        }
    }

    /** Whether the last poll found anything for the descriptor with that index, errors and hang-ups included. */
    public boolean isReady(int index) {
        return entries.getShort((long) index * ENTRY + 6) != 0;
    }

    /** Whether the last poll found one of those events for the descriptor with that index. */
    public boolean isReady(int index, int events) {
        return (entries.getShort((long) index * ENTRY + 6) & events) != 0;
    }
}
