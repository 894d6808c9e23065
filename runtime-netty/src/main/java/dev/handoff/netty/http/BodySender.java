package dev.handoff.netty.http;

/** Sends the body of one response piece by piece. Called on the connection's event loop. */
interface BodySender {
    /** Begins. Called once. */
    void start();

    /** The connection has ended: nothing can be sent any more. */
    void cancel();
}
