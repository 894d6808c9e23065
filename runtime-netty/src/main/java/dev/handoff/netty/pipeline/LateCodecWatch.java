package dev.handoff.netty.pipeline;

import dev.handoff.netty.pipeline.NettyHttp1.Found;
import dev.handoff.netty.worker.Connection;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Last in a pipeline that has no codec yet, because the client's handshake or its first bytes decide: what is added at the end stands
 * behind this, and is found before it reads. Used on the connection's event loop.
 */
final class LateCodecWatch extends ChannelInboundHandlerAdapter {
    /** A pipeline that chooses its protocol by what comes first has chosen by then. */
    static final int MOST_READS = 16;

    private final Connection connection;
    private int reads;

    LateCodecWatch(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reads++;
        look(context, Found.IN_TIME);
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent) {
            look(context, Found.AT_ONCE);
        }
        context.fireUserEventTriggered(event);
    }

    private void look(ChannelHandlerContext context, Found found) {
        NettyCodecs.look(context.channel(), connection, found);
        if (NettyHttp1.of(context.channel()).isPresent() || reads == MOST_READS) {
            context.pipeline().remove(this);
        }
    }
}
