package dev.handoff.acceptor;

import dev.handoff.wire.Offer;

/** A connection that the master has accepted and no worker has acknowledged. The acceptor's thread only. */
final class Pending {
    private static final int MOST_DEATHS = 3;

    private final Offer offer;
    private int deaths;

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

    /** The worker that it was offered to has died: whether another one is to get it. One that kills whoever looks at it is not. */
    boolean survivesDeath() {
        deaths++;
        return deaths <= MOST_DEATHS;
    }

    /** Drops the master's duplicate. */
    void close() {
        offer.connection().close();
    }
}
