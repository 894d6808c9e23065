package dev.handoff.netty.http;

import dev.handoff.netty.Http;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.websocket.WebSocketSettings;

/**
 * How one {@link Http} serves.
 *
 * @param maxBody bytes of a request's body
 * @param maxLine bytes of a request line
 * @param maxHeaders bytes of all header fields of a request together
 * @param timeouts how long clients and handlers may take
 * @param gzip which responses are compressed
 * @param http2 how HTTP/2 is spoken
 * @param webSocket what WebSockets may do
 */
public record HttpSettings(
        Mode mode,
        Http.Handler handler,
        long maxBody,
        int maxLine,
        int maxHeaders,
        HttpTimeouts timeouts,
        GzipSettings gzip,
        Http2Limits http2,
        WebSocketSettings webSocket) {
    /** Where a handler runs, and how it meets the body. */
    public enum Mode {
        /** On the event loop, with the whole body. */
        WHOLE,
        /** On the blocking executor, with the body as a stream. */
        BLOCKING,
        /** On the event loop, with the head; the body is published. */
        STREAMING
    }

    /** Those of a handler that nothing was said for. */
    public static HttpSettings defaults(Mode mode, Http.Handler handler) {
        return new HttpSettings(
                mode,
                handler,
                1024 * 1024,
                8 * 1024,
                8 * 1024,
                HttpTimeouts.defaults(),
                GzipSettings.DEFAULTS,
                Http2Limits.DEFAULTS,
                WebSocketSettings.DEFAULTS);
    }

    /** The same with this limit instead. */
    public HttpSettings withMaxBody(long bytes) {
        return new HttpSettings(mode, handler, bytes, maxLine, maxHeaders, timeouts, gzip, http2, webSocket);
    }

    /** The same with these limits instead. */
    public HttpSettings withMaxHead(int line, int headers) {
        return new HttpSettings(mode, handler, maxBody, line, headers, timeouts, gzip, http2, webSocket);
    }

    /** The same with these instead. */
    public HttpSettings withTimeouts(HttpTimeouts changed) {
        return new HttpSettings(mode, handler, maxBody, maxLine, maxHeaders, changed, gzip, http2, webSocket);
    }

    /** The same with these instead. */
    public HttpSettings withGzip(GzipSettings changed) {
        return new HttpSettings(mode, handler, maxBody, maxLine, maxHeaders, timeouts, changed, http2, webSocket);
    }

    /** The same with these instead. */
    public HttpSettings withHttp2(Http2Limits changed) {
        return new HttpSettings(mode, handler, maxBody, maxLine, maxHeaders, timeouts, gzip, changed, webSocket);
    }

    /** The same with these instead. */
    public HttpSettings withWebSocket(WebSocketSettings changed) {
        return new HttpSettings(mode, handler, maxBody, maxLine, maxHeaders, timeouts, gzip, http2, changed);
    }

    /** The same, save for what was said for the whole cluster. */
    HttpSettings under(WorkerContext context) {
        return withTimeouts(timeouts.under(context)).withHttp2(http2.under(context));
    }
}
