package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Datagrams;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;

/** Pipelines of the program's own, over TCP and UDP. */
final class RawNetty {
    private RawNetty() {}

    static void serve() {
        ClusterServer.builder(TcpEcho::new).workers(2).port(7000).run();
    }

    static void receive(EventLoopGroup group) {
        Cluster.worker()
                .bind(ListenOptions.port(5353))
                .thenAccept(socket -> Datagrams.channel(group, socket, new MyHandler()));
    }

    static final class MyHandler extends ChannelInboundHandlerAdapter {}
}

final class TcpEcho implements WorkerHandler {
    @Override
    public void initChannel(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                context.writeAndFlush(bytes);
            }
        });
    }
}
