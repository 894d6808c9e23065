package dev.handoff.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Closes a channel as soon as it has an event loop; before that Netty cannot. */
final class CloseOnRegistration extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        context.close();
    }
}
