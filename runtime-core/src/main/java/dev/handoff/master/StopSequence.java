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
        /** No stop was ordered. */
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

    /**
     * Whether lost workers are still replaced. While the listeners are being closed some worker must serve the accepted
     * clients: where every worker has begun to leave, as after a TERM to the whole process group, a new one does.
     */
    boolean keepsTheNumber(boolean anyReady) {
        return switch (phase) {
            case RUNNING, ANNOUNCED -> true;
            case CLOSING -> !anyReady;
            case DRAINING -> false;
        };
    }

    void enter(Phase next, long nowNanos) {
        // What closing takes is no longer there for draining.
        if (phase != Phase.CLOSING) {
            phaseBeganNanos = nowNanos;
        }
        phase = next;
    }

    /** Since when the drain of a worker counts that began then: closing and draining have one limit together. */
    long drainNanos(long beganNanos) {
        return phase == Phase.DRAINING && beganNanos - phaseBeganNanos > 0 ? phaseBeganNanos : beganNanos;
    }

    /** Whether it is time to close the listeners. */
    boolean mayClose(long nowNanos) {
        return phase == Phase.ANNOUNCED && nowNanos - phaseBeganNanos >= delayNanos;
    }

    /** Whether closing the listeners takes so long that the workers must leave regardless. */
    boolean isClosingOverdue(long nowNanos) {
        return phase == Phase.CLOSING && nowNanos - phaseBeganNanos >= drainNanos;
    }

    /** Whether only the last worker's end is waited for. */
    boolean isAlmostOver() {
        return phase == Phase.DRAINING;
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
