package dev.handoff.netty.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

/** Stands behind Netty's encoder of HTTP/1 responses and tells what goes out. Used on the connection's event loop. */
final class ResponseWatch extends ChannelOutboundHandlerAdapter {
    private final NettyHttp1 http;

    /* 100, 102 or 103: the response is still to come. */
    private boolean informational;

    ResponseWatch(NettyHttp1 http) {
        this.http = http;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        http.onWatchRemoved();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        Object written = message;
        if (message instanceof HttpResponse response) {
            informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            written = http.onResponse(response);
        }
        if (message instanceof LastHttpContent && !informational) {
            ChannelPromise told = promise.unvoid();
            told.addListener(done -> http.onResponseEnd(done.isSuccess()));
            context.write(written, told);
        } else {
            context.write(written, promise);
        }
    }
}
