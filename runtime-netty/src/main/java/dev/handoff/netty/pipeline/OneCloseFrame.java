package dev.handoff.netty.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;

/**
 * Stands behind Netty's encoder of a WebSocket and lets one close frame pass. Netty's handlers answer a client's close with one of
 * their own, also when they have sent the first: a second one has no place in RFC 6455, section 5.5.1.
 */
final class OneCloseFrame extends ChannelOutboundHandlerAdapter {
    private boolean sent;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof CloseWebSocketFrame close)) {
            context.write(message, promise);
        } else if (sent) {
            close.release();
            promise.trySuccess();
        } else {
            sent = true;
            context.write(message, promise);
        }
    }
}
