package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.RareLog;
import java.time.Duration;

/**
 * A rest of 100 ms after the kernel had no room for one more descriptor. New connections wait in a backlog meanwhile, and the
 * acceptor does not spin on an accept that fails. The acceptor's thread only.
 */
final class Shortage {
    private static final Duration REST = Duration.ofMillis(100);

    private final RareLog log = new RareLog(Logs.of(Shortage.class));
    private final DescriptorReserve reserve;
    private boolean resting;
    private long sinceNanos;

    /**
     * No rest yet.
     *
     * @param reserve the descriptors that are closed when a rest begins, for what cannot wait
     */
    Shortage(DescriptorReserve reserve) {
        this.reserve = reserve;
    }

    boolean isResting(long nowNanos) {
        resting = resting && nowNanos - sinceNanos < REST.toNanos();
        return resting;
    }

    /**
     * Begins a rest.
     *
     * @param why what could not be done, where, and for what reason
     */
    void begin(String why, long nowNanos) {
        reserve.spend();
        rest(why, nowNanos);
    }

    /** Whether the reserve is whole, after an attempt to fill it. If it cannot be filled, a rest begins. */
    boolean hasReserve(long nowNanos) {
        boolean whole = reserve.isWhole() || reserve.refill();
        if (!whole) {
            rest("too few descriptors are free for what this process itself needs", nowNanos);
        }
        return whole;
    }

    private void rest(String why, long nowNanos) {
        resting = true;
        sinceNanos = nowNanos;
        log.warn(why + "; new connections wait in the kernel, next try in " + REST.toMillis() + " ms", nowNanos);
    }
}
