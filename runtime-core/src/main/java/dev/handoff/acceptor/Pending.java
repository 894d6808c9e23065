package dev.handoff.acceptor;

import dev.handoff.wire.Offer;

/** A connection that the master has accepted or taken back, and no worker has acknowledged. The acceptor's thread only. */
final class Pending {
    private static final int MOST_FAILURES = 3;

    private final Offer offer;
    private int failures;

    Pending(Offer offer) {
        this.offer = offer;
    }

    Offer offer() {
        return offer;
    }

    /** Whether it is the master's own question to one worker, which is nobody else's. */
    boolean isProbe() {
        return offer.probe();
    }

    /** Whether another worker has had it, and has said how far it got. */
    boolean isMoved() {
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
