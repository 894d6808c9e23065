package dev.handoff.master;

import dev.handoff.process.spi.Logs;
import dev.handoff.workers.ClusterEvents;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * Whether the supervisor itself has been on time. While it was stopped, frozen or starved, so may its workers have been:
 * a silence counts only from then on, and no worker is killed for the master's own absence.
 */
final class Punctuality {
    /** The longest time between two passes. */
    static final long TICK_NANOS = Duration.ofMillis(250).toNanos();

    private static final Logger LOG = Logs.of(Punctuality.class);
    private static final long TOLERANCE_NANOS = Duration.ofMillis(500).toNanos();

    private final ClusterEvents events;
    private long lastPassNanos;
    private long onTimeSinceNanos;

    Punctuality(ClusterEvents events, long nowNanos) {
        this.events = events;
        lastPassNanos = nowNanos;
        onTimeSinceNanos = nowNanos;
    }

    /** A pass begins. */
    void pass(long nowNanos) {
        long lateNanos = nowNanos - lastPassNanos - TICK_NANOS;
        lastPassNanos = nowNanos;
        if (lateNanos > TOLERANCE_NANOS) {
            onTimeSinceNanos = nowNanos;
            long millis = Duration.ofNanos(lateNanos).toMillis();
            LOG.warn("the master was {} ms late: silences of workers are judged anew", millis);
            events.publish("master.late", 0, 0, millis + " ms");
        }
    }

    /** Since when it has been on time without a break. */
    long sinceNanos() {
        return onTimeSinceNanos;
    }
}
