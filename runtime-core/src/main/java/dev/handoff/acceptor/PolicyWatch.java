package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts a scheduling policy of the program that blocks, because no connection gets through the master meanwhile. A policy that
 * ignores interrupts goes on blocking. The acceptor's thread calls {@link #begin} and {@link #end}, another one watches.
 */
final class PolicyWatch {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RareLog log = new RareLog(Logs.of(PolicyWatch.class));
    private @Nullable Thread chooser;
    private long sinceNanos;

    /** This thread asks the policy now. */
    synchronized void begin() {
        chooser = Thread.currentThread();
        sinceNanos = System.nanoTime();
    }

    /** The policy has answered or failed. An interrupt that it did not use must not reach what this thread does next. */
    synchronized void end() {
        chooser = null;
        boolean unused = Thread.interrupted();
    }

    /**
     * Interrupts the policy if it takes longer than a second.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    synchronized void interruptIfSlow(long nowNanos) {
        Thread asked = chooser;
        if (asked != null && nowNanos - sinceNanos >= LIMIT_NANOS) {
            asked.interrupt();
            log.warn("the scheduling policy has not chosen for "
                    + TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos)
                    + " ms, and no client is served meanwhile: it is interrupted, and must not block");
        }
    }
}
