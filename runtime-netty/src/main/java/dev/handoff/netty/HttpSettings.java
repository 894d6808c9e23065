package dev.handoff.netty;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import java.time.Duration;

/**
 * How one {@link Http} serves.
 *
 * @param maxBody bytes of a request's body
 * @param maxLine bytes of a request line
 * @param maxHeaders bytes of all header fields of a request together
 * @param first how long a new connection may be silent
 * @param head how long a head may take from its first byte
 * @param bodyIdle how long a client may neither send nor take bytes of a body
 * @param keepAlive how long a connection may be silent between requests
 * @param gzip which responses are compressed
 * @param http2 how HTTP/2 is spoken
 * @param webSocket what WebSockets may do
 */
record HttpSettings(
        Mode mode,
        Http.Handler handler,
        long maxBody,
        int maxLine,
        int maxHeaders,
        Duration first,
        Duration head,
        Duration bodyIdle,
        Duration keepAlive,
        GzipSettings gzip,
        Http2Limits http2,
        WebSocketSettings webSocket) {
    private static final ClusterSettings DEFAULTS = ClusterSettings.defaults();

    /** Where a handler runs, and how it meets the body. */
    enum Mode {
        /** On the event loop, with the whole body. */
        WHOLE,
        /** On the blocking executor, with the body as a stream. */
        BLOCKING,
        /** On the event loop, with the head; the body is published. */
        STREAMING
    }

    static HttpSettings defaults(Mode mode, Http.Handler handler) {
        return new HttpSettings(
                mode,
                handler,
                1024 * 1024,
                8 * 1024,
                8 * 1024,
                DEFAULTS.duration(Setting.HTTP_FIRST),
                DEFAULTS.duration(Setting.HTTP_HEAD),
                DEFAULTS.duration(Setting.HTTP_BODY_IDLE),
                DEFAULTS.duration(Setting.HTTP_KEEP_ALIVE),
                GzipSettings.DEFAULTS,
                Http2Limits.DEFAULTS,
                WebSocketSettings.DEFAULTS);
    }

    HttpSettings withMaxBody(long bytes) {
        return new HttpSettings(
                mode, handler, bytes, maxLine, maxHeaders, first, head, bodyIdle, keepAlive, gzip, http2, webSocket);
    }

    HttpSettings withMaxHead(int line, int headers) {
        return new HttpSettings(
                mode, handler, maxBody, line, headers, first, head, bodyIdle, keepAlive, gzip, http2, webSocket);
    }

    HttpSettings withTimeouts(Duration newFirst, Duration newHead, Duration newBodyIdle, Duration newKeepAlive) {
        return new HttpSettings(
                mode,
                handler,
                maxBody,
                maxLine,
                maxHeaders,
                newFirst,
                newHead,
                newBodyIdle,
                newKeepAlive,
                gzip,
                http2,
                webSocket);
    }

    HttpSettings withGzip(GzipSettings changed) {
        return new HttpSettings(
                mode,
                handler,
                maxBody,
                maxLine,
                maxHeaders,
                first,
                head,
                bodyIdle,
                keepAlive,
                changed,
                http2,
                webSocket);
    }

    HttpSettings withHttp2(Http2Limits changed) {
        return new HttpSettings(
                mode,
                handler,
                maxBody,
                maxLine,
                maxHeaders,
                first,
                head,
                bodyIdle,
                keepAlive,
                gzip,
                changed,
                webSocket);
    }

    HttpSettings withWebSocket(WebSocketSettings changed) {
        return new HttpSettings(
                mode, handler, maxBody, maxLine, maxHeaders, first, head, bodyIdle, keepAlive, gzip, http2, changed);
    }

    /** The same, save for what was said for the whole cluster. */
    HttpSettings under(WorkerContext context) {
        return withTimeouts(
                        context.said(Setting.HTTP_FIRST).orElse(first),
                        context.said(Setting.HTTP_HEAD).orElse(head),
                        context.said(Setting.HTTP_BODY_IDLE).orElse(bodyIdle),
                        context.said(Setting.HTTP_KEEP_ALIVE).orElse(keepAlive))
                .withHttp2(http2.under(context));
    }
}
