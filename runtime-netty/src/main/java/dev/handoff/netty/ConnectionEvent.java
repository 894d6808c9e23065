package dev.handoff.netty;

/** What a worker tells the pipelines of its connections, as Netty user events. */
public enum ConnectionEvent {
    /** The worker takes no more connections and will leave: end this one when nothing is lost by it. */
    LEAVING,
    /**
     * The connection goes to another worker, with the state that {@link HandBack#release} gave: nothing can be done with it
     * any more. Timers stop here. The handlers are removed soon, or {@link #RETURNED} takes this back. Where the program's handler is
     * no {@link HandBack} they see {@code channelInactive} before, as when a client has gone.
     */
    HANDED_BACK,
    /** No other worker could serve the connection: it goes on here, its pipeline as it was. */
    RETURNED
}
