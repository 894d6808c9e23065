package dev.handoff.master;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a slot is tried again. The wait doubles with each failure in a row, up to a limit, which
 * it is at the latest after so many of them. Jitter is added upwards only: slots that fail together drift apart, and none is tried more often than the limit says.
 */
final class Backoff {
    private static final double JITTER = 0.25;

    private final long firstNanos;
    private final long longestNanos;
    private final int longestAfter;
    private final DoubleSupplier random;
    private long waitNanos;
    private int failures;

    /**
     * One without failures yet.
     *
     * @param longestAfter from so many failures on the wait is the longest
     * @param random 0 to below 1
     */
    Backoff(Duration first, Duration longest, int longestAfter, DoubleSupplier random) {
        this.firstNanos = Math.min(first.toNanos(), longest.toNanos());
        this.longestNanos = longest.toNanos();
        this.longestAfter = longestAfter;
        this.random = random;
        this.waitNanos = firstNanos;
    }

    /** Counts a failure; gives the nanoseconds to wait for the next try. */
    long failed() {
        failures++;
        long wait = failures < longestAfter ? waitNanos : longestNanos;
        waitNanos = Math.min(longestNanos, 2 * wait);
        return wait + (long) (wait * JITTER * random.getAsDouble());
    }

    /** Failures since the last success. */
    int failures() {
        return failures;
    }

    /** Forgets the failures. */
    void clear() {
        failures = 0;
        waitNanos = firstNanos;
    }
}
