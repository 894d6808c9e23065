package dev.handoff.netty.http;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.WorkerContext;
import java.time.Duration;

/**
 * How long clients and handlers of one {@link Http} may take.
 *
 * @param first how long a new connection may be silent
 * @param head how long a head may take from its first byte
 * @param bodyIdle how long a client may neither send nor take bytes of a body
 * @param keepAlive how long a connection may be silent between requests
 * @param answer how long a handler may neither answer nor read more of the body; zero: for ever
 * @param bodyRate bytes of a body that a client has to send in a second, on the average; 0: any number
 * @param halfClosed how long a client that has ended its direction may get nothing
 */
public record HttpTimeouts(
        Duration first,
        Duration head,
        Duration bodyIdle,
        Duration keepAlive,
        Duration answer,
        int bodyRate,
        Duration halfClosed) {
    private static final ClusterSettings DEFAULTS = ClusterSettings.defaults();

    static HttpTimeouts defaults() {
        return new HttpTimeouts(
                DEFAULTS.duration(Setting.HTTP_FIRST),
                DEFAULTS.duration(Setting.HTTP_HEAD),
                DEFAULTS.duration(Setting.HTTP_BODY_IDLE),
                DEFAULTS.duration(Setting.HTTP_KEEP_ALIVE),
                DEFAULTS.duration(Setting.HTTP_ANSWER),
                DEFAULTS.count(Setting.HTTP_BODY_RATE),
                DEFAULTS.duration(Setting.HTTP_HALF_CLOSED));
    }

    /** The same with these limits for clients instead. */
    public HttpTimeouts withClients(Duration newFirst, Duration newHead, Duration newBodyIdle, Duration newKeepAlive) {
        return new HttpTimeouts(newFirst, newHead, newBodyIdle, newKeepAlive, answer, bodyRate, halfClosed);
    }

    /** The same with this limit for handlers instead. */
    public HttpTimeouts withAnswer(Duration limit) {
        return new HttpTimeouts(first, head, bodyIdle, keepAlive, limit, bodyRate, halfClosed);
    }

    /** The same with this rate instead. */
    public HttpTimeouts withBodyRate(int bytes) {
        return new HttpTimeouts(first, head, bodyIdle, keepAlive, answer, bytes, halfClosed);
    }

    /** The same with this limit instead. */
    public HttpTimeouts withHalfClosed(Duration limit) {
        return new HttpTimeouts(first, head, bodyIdle, keepAlive, answer, bodyRate, limit);
    }

    /** The same, save for what was said for the whole cluster. */
    HttpTimeouts under(WorkerContext context) {
        return new HttpTimeouts(
                context.said(Setting.HTTP_FIRST).orElse(first),
                context.said(Setting.HTTP_HEAD).orElse(head),
                context.said(Setting.HTTP_BODY_IDLE).orElse(bodyIdle),
                context.said(Setting.HTTP_KEEP_ALIVE).orElse(keepAlive),
                context.said(Setting.HTTP_ANSWER).orElse(answer),
                context.saidCount(Setting.HTTP_BODY_RATE).orElse(bodyRate),
                context.said(Setting.HTTP_HALF_CLOSED).orElse(halfClosed));
    }
}
