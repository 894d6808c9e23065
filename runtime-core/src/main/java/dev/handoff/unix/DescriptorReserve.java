package dev.handoff.unix;

import java.util.ArrayList;
import java.util.List;

/**
 * Descriptors that a process holds in reserve, and closes when it has run out of descriptors. That makes room for what it must do then:
 * start a worker, accept a lane, receive a descriptor with a message, open a log file. No client is accepted before the reserve is whole
 * again. Each descriptor is a file of its own, so that the reserve also helps when the whole system has none left (ENFILE). Any thread.
 */
public final class DescriptorReserve implements AutoCloseable {
    /** That many descriptors must be free before the reserve is filled again, or the next client would empty it. */
    public static final int MARGIN = 8;

    private final int size;
    private final List<Fd> kept = new ArrayList<>();
    private volatile boolean whole;

    /**
     * Opens the descriptors, if there is room.
     *
     * @param size how many
     */
    public DescriptorReserve(int size) {
        this.size = size;
        refill();
    }

    /** Whether all descriptors are open. */
    public boolean isWhole() {
        return whole;
    }

    /** Closes them, because this process has run out of descriptors. */
    public synchronized void spend() {
        whole = false;
        kept.forEach(Fd::close);
        kept.clear();
    }

    /** Opens them again if there is room for them and for {@link #MARGIN} more; gives whether all are open. */
    public synchronized boolean refill() {
        if (!whole) {
            whole = open(size + MARGIN);
            int left = whole ? size : 0;
            while (kept.size() > left) {
                kept.remove(kept.size() - 1).close();
            }
        }
        return whole;
    }

    private boolean open(int count) {
        while (kept.size() < count) {
            int opened = Native.LIBC.eventfd(0, Native.EFD_CLOEXEC);
            if (opened < 0) {
                return false;
            }
            kept.add(new Fd(opened));
        }
        return true;
    }

    /** Closes them for good. */
    @Override
    public void close() {
        spend();
    }
}
