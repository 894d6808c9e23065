package dev.handoff.netty.worker;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/** First in the pipeline of a connection that was sent to the master. It lets no write through. */
@Sharable
final class DepartedGuard extends ChannelOutboundHandlerAdapter {
    static final DepartedGuard INSTANCE = new DepartedGuard();

    private DepartedGuard() {}

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ReferenceCountUtil.release(message);
        refuse(promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {}

    @Override
    public void read(ChannelHandlerContext context) {}

    @Override
    public void disconnect(ChannelHandlerContext context, ChannelPromise promise) {
        refuse(promise);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        refuse(promise);
    }

    @Override
    public void deregister(ChannelHandlerContext context, ChannelPromise promise) {
        refuse(promise);
    }

    private static void refuse(ChannelPromise promise) {
        promise.tryFailure(new ClosedChannelException());
    }
}
