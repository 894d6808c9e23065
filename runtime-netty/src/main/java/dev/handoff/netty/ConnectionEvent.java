package dev.handoff.netty;

/** What a worker tells the pipelines of its connections, as Netty user events. */
public enum ConnectionEvent {
    /** The worker takes no more connections and will leave: end this one when nothing is lost by it. */
    LEAVING
}
