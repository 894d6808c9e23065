package dev.handoff.master;

/**
 * A place that is to be filled by a worker: when it may be tried again after one was lost. Belongs to the supervisor's
 * thread.
 */
final class Slot {
    /** How a worker was lost that nobody had asked to leave. */
    enum Loss {
        /** It never got ready, or not for long: the next may fail the same way. */
        FAILURE,
        /** It had proved itself: the next try is as good as a first one. */
        AFTER_GOOD_RUN,
        /** Somebody killed it while it was ready: that says nothing of the build. */
        KILLED_FROM_OUTSIDE,
        /** The master refused it: so it would every other of that generation. */
        REFUSED
    }

    private final int number;
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
        long wait = loss == Loss.FAILURE ? backoff.failed() : 0;
        dueNanos = nowNanos + wait;
        return wait;
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
        dueNanos = nowNanos;
    }

    /** Its worker has proved itself. */
    void heal(long nowNanos) {
        startAnew(nowNanos);
        errored = false;
    }
}
