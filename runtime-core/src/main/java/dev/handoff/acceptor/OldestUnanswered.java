package dev.handoff.acceptor;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Since when a worker has not answered what was offered to it, lane by lane. The acceptor's thread writes, once a frame; any
 * thread reads.
 */
final class OldestUnanswered {
    /** All is answered. A reading of the clock that happens to be 0 counts as one a nanosecond later. */
    private static final long NOTHING = 0;

    private final AtomicLongArray sinceNanos;

    /** A worker with that many lanes, on which all is answered. */
    OldestUnanswered(int lanes) {
        sinceNanos = new AtomicLongArray(lanes);
    }

    /** Connections on a lane are not answered, and the last answer, or the first of these offers, was then. */
    void since(int lane, long nowNanos) {
        sinceNanos.setRelease(lane, nowNanos == NOTHING ? 1 : nowNanos);
    }

    /** All connections that were offered on a lane are answered. */
    void answered(int lane) {
        sinceNanos.setRelease(lane, NOTHING);
    }

    /** Since when the lane waits that has waited longest; empty if none waits. */
    OptionalLong oldest(long nowNanos) {
        OptionalLong oldest = OptionalLong.empty();
        for (int lane = 0; lane < sinceNanos.length(); lane++) {
            long since = sinceNanos.getAcquire(lane);
            if (since != NOTHING && (oldest.isEmpty() || nowNanos - since > nowNanos - oldest.getAsLong())) {
                oldest = OptionalLong.of(since);
            }
        }
        return oldest;
    }
}
