package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * First in every pipeline: tells that a connection was read from for the first time, and that it has ended. On the
 * connection's event loop.
 */
final class ConnectionTracker extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private final Connections connections;
    private final Runnable onFirstRead;
    private boolean read;

    ConnectionTracker(Connections connections, Runnable onFirstRead) {
        this.connections = connections;
        this.onFirstRead = onFirstRead;
    }

    void track(Channel channel) {
        channel.pipeline().addFirst(this);
        channel.closeFuture().addListener(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!read) {
            read = true;
            onFirstRead.run();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        connections.ended(closed.channel());
    }
}
