package dev.handoff.netty.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpExpectationFailedEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;

/** Stands behind Netty's decoder of HTTP/1 requests and tells what that has read. Used on the connection's event loop. */
final class RequestWatch extends ChannelInboundHandlerAdapter {
    private final NettyHttp1 http;

    /* It came behind the last request that is answered. */
    private boolean passedOver;

    RequestWatch(NettyHttp1 http) {
        this.http = http;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            passedOver = http.hasSaidClose();
            if (!passedOver) {
                http.onRequest(request);
            }
        }
        if (passedOver) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpContent content) {
            http.onContent(content);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        http.onWatchRemoved();
    }

    /** The decoder takes what comes next for a head, though the last request announced a body. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof HttpExpectationFailedEvent) {
            http.lose("the body of a request was declined");
        }
        context.fireUserEventTriggered(event);
    }
}
