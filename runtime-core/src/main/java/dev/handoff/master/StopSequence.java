package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StopResult;

/**
 * The order of a final stop.
 *
 * <pre>
 *   RUNNING ──ordered──▶ ANNOUNCED ──stop.delay──▶ CLOSING ──listeners closed──▶ DRAINING ──the last has exited──▶ (over)
 * </pre>
 *
 * Belongs to the supervisor's thread.
 */
final class StopSequence {
    /** How far it has come. */
    enum Phase {
        /** Nobody has ordered it. */
        RUNNING,
        /** All goes on, so that load balancers can look away. */
        ANNOUNCED,
        /** The acceptor takes what the kernel has and closes the listeners; workers stay, to serve it. */
        CLOSING,
        /** The workers leave, all together. */
        DRAINING
    }

    private final long delayNanos;
    private final long drainNanos;
    private Phase phase = Phase.RUNNING;
    private long phaseBeganNanos;
    private int forced;
    private int requestsCut;

    StopSequence(ClusterSettings settings) {
        delayNanos = settings.duration(Setting.STOP_DELAY).toNanos();
        drainNanos = settings.duration(Setting.DRAIN_LIMIT).toNanos();
    }

    Phase phase() {
        return phase;
    }

    boolean isOrdered() {
        return phase != Phase.RUNNING;
    }

    /** Whether lost workers are still replaced. */
    boolean keepsTheNumber() {
        return phase == Phase.RUNNING || phase == Phase.ANNOUNCED;
    }

    void enter(Phase next, long nowNanos) {
        phase = next;
        phaseBeganNanos = nowNanos;
    }

    /**
     * Whether it is time to close the listeners. Somebody must serve what the kernel has accepted already: where every
     * worker has begun to leave, as after a TERM to the whole process group, a replacement that starts is waited for.
     */
    boolean mayClose(boolean anyReady, boolean anyStarting, long nowNanos) {
        long since = nowNanos - phaseBeganNanos - delayNanos;
        return phase == Phase.ANNOUNCED && since >= 0 && (anyReady || !anyStarting || since >= drainNanos);
    }

    /** Whether closing the listeners takes so long that the workers must leave regardless. */
    boolean isClosingOverdue(long nowNanos) {
        return phase == Phase.CLOSING && nowNanos - phaseBeganNanos >= drainNanos;
    }

    /** A worker was killed: counts once the stop was ordered. */
    void countForced() {
        forced += isOrdered() ? 1 : 0;
    }

    /** Requests were cut: counts once the stop was ordered. */
    void countCut(int requests) {
        requestsCut += isOrdered() ? requests : 0;
    }

    StopResult result() {
        return new StopResult(forced, requestsCut);
    }
}
