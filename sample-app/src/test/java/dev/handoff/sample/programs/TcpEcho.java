package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Raw Netty, with a hook that fails. Argument: a file that is there as soon as it serves. */
public final class TcpEcho implements WorkerHandler {
    @Override
    public void initChannel(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                context.writeAndFlush(bytes);
            }
        });
    }

    @Override
    public void leaving(WorkerContext context) {
        throw new IllegalStateException("thrown by the test");
    }

    public static void main(String[] args) throws Exception {
        ClusterServer.builder(TcpEcho::new).port(0).signals(true).start();
        Files.createFile(Path.of(args[0]));
    }
}
