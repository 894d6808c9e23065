package dev.handoff.unix;

import java.util.ArrayList;
import java.util.List;

/**
 * Descriptors that a process keeps open for nothing, to close them when it has run out: what it must do then (a worker to start,
 * a lane to let in, a descriptor that comes with a message, a file to log to) finds room, and clients do not come in before it is
 * there again. Each is a file of its own, so that it also helps where the whole system has no more (ENFILE). Any thread.
 */
public final class DescriptorReserve implements AutoCloseable {
    /** So many must be free beside it before it is filled up again, or the next one who comes would empty it. */
    public static final int MARGIN = 8;

    private final int size;
    private final List<Fd> kept = new ArrayList<>();
    private volatile boolean whole;

    /**
     * Opens them, if there is room.
     *
     * @param size how many
     */
    public DescriptorReserve(int size) {
        this.size = size;
        refill();
    }

    /** Whether all of them are there. */
    public boolean isWhole() {
        return whole;
    }

    /** Gives them up: this process has run out. */
    public synchronized void spend() {
        whole = false;
        kept.forEach(Fd::close);
        kept.clear();
    }

    /** Opens them again if there is room for them, and some more; gives whether all are there. */
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
