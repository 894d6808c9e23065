package dev.handoff.netty;

import dev.handoff.cluster.Protocol;
import io.netty.channel.Channel;

/**
 * What serves. It is never serialised: every worker builds its own by running the program's {@code main} again, so
 * fields are per worker. All hooks are called in workers only.
 *
 * <p>A pipeline hears of its worker's leaving as the user event {@link ConnectionEvent#LEAVING}: the handlers should
 * then end the connection at the next point where nothing is lost by it. What is still open at the drain limit is cut.
 *
 * <p>A client that ends its direction ends the connection, as is Netty's default: a protocol in which it may go on
 * reading sets {@link io.netty.channel.ChannelOption#ALLOW_HALF_CLOSURE}, and then has to close.
 *
 * <p>Do not set SO_LINGER on a connection: the master may be the last to close its socket, and would wait in that close.
 */
@FunctionalInterface
public interface WorkerHandler {
    /**
     * Builds the pipeline of one adopted connection. Called on the connection's event loop, before its first read;
     * must not block.
     *
     * @throws Exception to refuse: the failure is logged and this connection is closed
     */
    void initChannel(Channel channel) throws Exception;

    /**
     * Called once on the main thread before the first connection, and may block: pools, caches, warm-up. To return is
     * to be ready.
     *
     * @throws Exception if this worker cannot serve: it ends with exit code 72, and the master tells why
     */
    default void start(WorkerContext context) throws Exception {}

    /**
     * Called once, on the main thread, when no more connections will come; those that are there go on. What it throws is
     * logged.
     */
    default void leaving(WorkerContext context) {}

    /**
     * Called once on the main thread after the last connection: close what {@link #start} opened.
     *
     * @throws Exception logged; the worker leaves all the same
     */
    default void stop(WorkerContext context) throws Exception {}

    /** What the connections speak; decides how a new worker is probed. Default: {@link Protocol#TCP}. */
    default Protocol protocol() {
        return Protocol.TCP;
    }
}
