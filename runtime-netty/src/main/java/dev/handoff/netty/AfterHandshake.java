package dev.handoff.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Last in a pipeline that chooses its protocol by the TLS handshake: looks for a codec then. On the connection's event loop. */
final class AfterHandshake extends ChannelInboundHandlerAdapter {
    private final Connection connection;

    AfterHandshake(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent) {
            NettyCodecs.find(context.channel(), connection, true);
            if (connection.isLeaving()) {
                NettyCodecs.leave(context.channel(), connection);
            }
            context.pipeline().remove(this);
        }
        context.fireUserEventTriggered(event);
    }
}
