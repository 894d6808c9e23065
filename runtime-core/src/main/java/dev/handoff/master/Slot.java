package dev.handoff.master;

/**
 * A place that is to be filled by a worker: when it may be tried again after one was lost. Belongs to the supervisor's
 * thread.
 */
final class Slot {
    /** How a worker was lost that had not been asked to leave. */
    enum Loss {
        /** It never got ready, or not for long: the next may fail the same way. */
        FAILURE,
        /** It had proved itself: the next try is as good as a first one. */
        AFTER_GOOD_RUN,
        /** It was killed while it was ready, and not by the master: that says nothing of the build. */
        KILLED_FROM_OUTSIDE,
        /**
         * It was ended by a signal before it was ready, and not by the master: by the kernel, for want of memory, or by one that was sent to
         * the whole group of processes. That says nothing of the build either, but the next try waits.
         */
        KILLED_BEFORE_READY,
        /** The master refused it: so it would every other of that generation. */
        REFUSED;

        /** Whether it says nothing of the build. */
        boolean isForgiven() {
            return this == KILLED_FROM_OUTSIDE || this == KILLED_BEFORE_READY;
        }
    }

    /** A build that needs more memory than there is would be killed for ever, and others with it. */
    static final int MOST_EARLY_KILLS = 3;

    private final int number;
    private int earlyKills;
    private final Backoff backoff;
    private long dueNanos;
    private int hopelessGeneration;
    private boolean errored;

    Slot(int number, Backoff backoff, long nowNanos) {
        this.number = number;
        this.backoff = backoff;
        this.dueNanos = nowNanos;
    }

    /** From 1. */
    int number() {
        return number;
    }

    /** Failures in a row. */
    int failures() {
        return backoff.failures();
    }

    /** When it may be tried next. */
    long dueNanos() {
        return dueNanos;
    }

    /** Whether one of that generation may be tried now. */
    boolean isDue(int generation, long nowNanos) {
        return generation != hopelessGeneration && nowNanos - dueNanos >= 0;
    }

    /** Its worker was lost; gives the nanoseconds until it may be tried again. */
    long lost(int generation, Loss loss, long nowNanos) {
        if (loss == Loss.REFUSED) {
            hopelessGeneration = generation;
        }
        if (loss == Loss.AFTER_GOOD_RUN) {
            backoff.clear();
        }
        long wait = loss == Loss.FAILURE || loss == Loss.KILLED_BEFORE_READY ? backoff.failed() : 0;
        dueNanos = nowNanos + wait;
        return wait;
    }

    /** Its worker was killed before it was ready; false if that has happened too often in a row. */
    boolean forgiveEarlyKill() {
        return ++earlyKills <= MOST_EARLY_KILLS;
    }

    /** A worker of it was ready. */
    void noteReady() {
        earlyKills = 0;
    }

    /** Notes that it fails again and again; true for the first time since it was last {@link #heal healed}. */
    boolean tellErrored() {
        boolean first = !errored;
        errored = true;
        return first;
    }

    /** Whether it has failed since it was last {@link #heal healed}. */
    boolean isAiling() {
        return errored || failures() > 0;
    }

    /** Another generation is tried: whether that is any better is still to be seen. */
    void startAnew(long nowNanos) {
        backoff.clear();
        earlyKills = 0;
        dueNanos = nowNanos;
    }

    /** Its worker has proved itself. */
    void heal(long nowNanos) {
        startAnew(nowNanos);
        errored = false;
    }
}
