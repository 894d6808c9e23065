package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.wire.Offer;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A connection that the master has accepted or got back, and that no worker has acknowledged. The acceptor's thread only. */
final class PendingConnection implements SchedulingPolicy.Client {
    private static final int MOST_FAILURES = 3;

    private final Offer offer;
    private final @Nullable WorkerLanes from;
    private final long arrival;
    private int failures;
    private boolean waits;
    private long waitingSinceNanos;

    /** A connection that never waits for its turn: a probe. */
    PendingConnection(Offer offer) {
        this(offer, null, 0);
    }

    /** A connection that was just accepted, as the first, the second … */
    PendingConnection(Offer offer, long arrival) {
        this(offer, null, arrival);
    }

    /** A connection that a worker has handed back. */
    PendingConnection(Offer offer, WorkerLanes from) {
        this(offer, from, 0);
    }

    private PendingConnection(Offer offer, @Nullable WorkerLanes from, long arrival) {
        this.offer = offer;
        this.from = from;
        this.arrival = arrival;
    }

    Offer offer() {
        return offer;
    }

    @Override
    public SocketAddress address() {
        return offer.peer().decode();
    }

    /** Whether it is the master's own probe of one worker: no other worker may get it. */
    boolean isProbe() {
        return offer.probe();
    }

    /** Its place in the order of arrival, from 1; 0 for a probe and for what was handed back. */
    long arrival() {
        return arrival;
    }

    /** No worker has credit for it now. The time that it waits counts from the first call. */
    void startWaiting(long nowNanos) {
        if (!waits) {
            waits = true;
            waitingSinceNanos = nowNanos;
        }
    }

    /** When it began to wait, a reading of {@link System#nanoTime}. */
    long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    /** The worker that has handed it back; null if none has. */
    @Nullable
    WorkerLanes from() {
        return from;
    }

    /** Whether another worker has read from it, so that the next one must resume it. */
    boolean hasProgress() {
        return offer.progress() != null;
    }

    /**
     * Counts a failure: the worker that it was offered to has died, or did not understand its state.
     *
     * @return whether another worker may get it; false for a connection that kills each worker that reads it
     */
    boolean survivesFailure() {
        failures++;
        return failures <= MOST_FAILURES;
    }

    /** Drops the master's duplicate. */
    void close() {
        offer.connection().close();
    }
}
