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
    private int failures;

    /** One that has just come. */
    Pending(Offer offer) {
        this(offer, null);
    }

    /** One that a worker has handed back. */
    Pending(Offer offer, @Nullable Target from) {
        this.offer = offer;
        this.from = from;
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
