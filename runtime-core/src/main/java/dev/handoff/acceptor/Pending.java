package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.wire.Offer;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A connection that the master has accepted or taken back, and no worker has acknowledged. The acceptor's thread only. */
final class Pending implements SchedulingPolicy.Client {
    private static final int MOST_FAILURES = 3;

    private final Offer offer;
    private final @Nullable Target from;
    private final long arrival;
    private int failures;
    private boolean waits;
    private long waitingSinceNanos;

    /** One that waits in no line. */
    Pending(Offer offer) {
        this(offer, null, 0);
    }

    /** One that has just come, as the first, the second … */
    Pending(Offer offer, long arrival) {
        this(offer, null, arrival);
    }

    /** One that a worker has handed back. */
    Pending(Offer offer, Target from) {
        this(offer, from, 0);
    }

    private Pending(Offer offer, @Nullable Target from, long arrival) {
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

    /** Whether it is the master's own question to one worker, which is nobody else's. */
    boolean isProbe() {
        return offer.probe();
    }

    /** Whether it was the first to come in, the second …; 0: it waits in no line. */
    long arrival() {
        return arrival;
    }

    /** Nobody can take it now. How long it has waited counts from the first time on. */
    void startWaiting(long nowNanos) {
        if (!waits) {
            waits = true;
            waitingSinceNanos = nowNanos;
        }
    }

    /** Since when it waits. */
    long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    /** The worker that has handed it back; null if none has. */
    @Nullable
    Target from() {
        return from;
    }

    /** Whether another worker has read from it, and has said how far it got. */
    boolean hasProgress() {
        return offer.progress() != null;
    }

    /**
     * The worker that it was offered to has died, or did not understand what came along: whether another one is to get it.
     * One that kills whoever looks at it is not.
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
