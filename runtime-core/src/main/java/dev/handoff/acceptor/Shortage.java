package dev.handoff.acceptor;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rest after the kernel had no room for one more descriptor: whoever wants to come in waits in a backlog meanwhile, and
 * the acceptor does not spin on what it cannot take. The acceptor's thread only.
 */
final class Shortage {
    private static final Logger LOG = LoggerFactory.getLogger(Shortage.class);
    private static final Duration REST = Duration.ofMillis(100);
    private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(1);

    private boolean resting;
    private long sinceNanos;
    private boolean warned;
    private long warnedNanos;

    boolean isResting(long nowNanos) {
        resting = resting && nowNanos - sinceNanos < REST.toNanos();
        return resting;
    }

    /**
     * Begins a rest.
     *
     * @param why what could not be done, where and for what reason
     */
    void begin(String why, long nowNanos) {
        resting = true;
        sinceNanos = nowNanos;
        if (!warned || nowNanos - warnedNanos >= BETWEEN_WARNINGS.toNanos()) {
            warned = true;
            warnedNanos = nowNanos;
            LOG.warn("{}; whoever comes waits in the kernel, next try in {} ms", why, REST.toMillis());
        }
    }
}
