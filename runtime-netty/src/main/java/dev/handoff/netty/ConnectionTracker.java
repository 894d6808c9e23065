package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * First in every pipeline: tells the event loop that a connection was read from for the first time, and that it has
 * ended. On that event loop.
 */
final class ConnectionTracker extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private final EventLoopWorker worker;
    private boolean read;

    ConnectionTracker(EventLoopWorker worker) {
        this.worker = worker;
    }

    void track(Channel channel) {
        channel.pipeline().addFirst(this);
        channel.closeFuture().addListener(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!read) {
            read = true;
            worker.firstRead();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        worker.ended(closed.channel());
    }
}
