package dev.handoff.netty.pipeline;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** Makes a response the last of its connection. */
final class ClosingResponse {
    private ClosingResponse() {}

    /**
     * The same response with {@code Connection: close}. A copy, for a program may send the same fields to others, and some cannot be
     * changed; the content and its reference count are the given response's.
     */
    static HttpResponse of(HttpResponse response) {
        HttpHeaders fields = response.headers().copy();
        fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        HttpVersion version = response.protocolVersion();
        if (response instanceof FullHttpResponse full) {
            return new DefaultFullHttpResponse(version, full.status(), full.content(), fields, full.trailingHeaders());
        }
        return new DefaultHttpResponse(version, response.status(), fields);
    }
}
