package dev.handoff.acceptor;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Since when a worker owes an answer to what it was sent, lane by lane. The acceptor's thread notes, once a frame; any
 * thread asks.
 */
final class Unreceived {
    /** By lane; a reading of the clock that happens to be the same is taken for one a nanosecond later. */
    private static final long NOTHING = 0;

    private final AtomicLongArray sinceNanos;

    /** Of a worker with so many lanes, that owes nothing. */
    Unreceived(int lanes) {
        sinceNanos = new AtomicLongArray(lanes);
    }

    /** Something is to be answered on a lane, and nothing on it has been since then. */
    void since(int lane, long nowNanos) {
        sinceNanos.setRelease(lane, nowNanos == NOTHING ? 1 : nowNanos);
    }

    /** All that was sent on a lane is answered. */
    void nothing(int lane) {
        sinceNanos.setRelease(lane, NOTHING);
    }

    /** Since when the lane waits that waits longest; empty if none does. */
    OptionalLong longest(long nowNanos) {
        OptionalLong longest = OptionalLong.empty();
        for (int lane = 0; lane < sinceNanos.length(); lane++) {
            long since = sinceNanos.getAcquire(lane);
            if (since != NOTHING && (longest.isEmpty() || nowNanos - since > nowNanos - longest.getAsLong())) {
                longest = OptionalLong.of(since);
            }
        }
        return longest;
    }
}
