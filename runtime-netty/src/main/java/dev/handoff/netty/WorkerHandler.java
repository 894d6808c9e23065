package dev.handoff.netty;

import dev.handoff.cluster.Protocol;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.List;

/**
 * What serves. When a worker leaves, in a roll or a stop, a connection of a protocol of your own is told by the user event {@link
 * ConnectionEvent#LEAVING} and nothing else: its handlers should end it where nothing is lost by it, and what is still open at the drain
 * limit is cut. A handler that implements {@link HandBack} lets its connections go on in another worker.
 *
 * <p>A pipeline with Netty's HTTP/1 codec goes on in another worker between two requests by itself ({@link #handsBackHttp}); over TLS its
 * client is told {@code Connection: close}, a WebSocket of Netty's is closed with 1012, and a connection of HTTP/2 with Netty's codec gets
 * its GOAWAYs.
 *
 * <p>A handler is never serialised: every worker builds its own by running the program's {@code main} again, so
 * fields are per worker. All hooks are called in workers only.
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

    /**
     * Whether a connection whose pipeline has Netty's HTTP/1 codec goes on in another worker, between two requests, when this one
     * leaves or has too many. Say no where a handler keeps something for its connection from one request to the next, such as who has
     * logged in: then the client is told {@code Connection: close} instead. A handler that is a {@link HandBack} is not asked.
     */
    default boolean handsBackHttp() {
        return true;
    }

    /**
     * What is offered to clients by ALPN where {@link Tls#pem} is around this handler, the best first; empty: nothing is. Called as a worker
     * starts. A handler whose pipelines choose between HTTP/2 and HTTP/1.1 by Netty's {@code ApplicationProtocolNegotiationHandler} offers
     * {@code h2} and {@code http/1.1}.
     */
    default List<String> applicationProtocols() {
        return protocol().isHttp() ? List.of(ApplicationProtocolNames.HTTP_1_1) : List.of();
    }

    /** What the connections speak; decides how a new worker is probed. Default: {@link Protocol#TCP}. */
    default Protocol protocol() {
        return Protocol.TCP;
    }
}
