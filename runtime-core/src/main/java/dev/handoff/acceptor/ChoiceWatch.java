package dev.handoff.acceptor;

import dev.handoff.unix.RareLog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Interrupts a scheduling policy of the program's that blocks: nothing goes through the master meanwhile. One that does not heed
 * interrupts cannot be helped. The acceptor's thread begins and ends, another one watches.
 */
final class ChoiceWatch {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RareLog log = new RareLog(LoggerFactory.getLogger(ChoiceWatch.class));
    private @Nullable Thread chooser;
    private long sinceNanos;

    /** The policy is asked by this thread. */
    synchronized void begin() {
        chooser = Thread.currentThread();
        sinceNanos = System.nanoTime();
    }

    /** The policy has answered, or failed. What it left of an interrupt was not meant for what comes behind it. */
    synchronized void end() {
        chooser = null;
        boolean unused = Thread.interrupted();
    }

    /**
     * Interrupts it if it takes longer than it may.
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
