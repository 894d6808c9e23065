package dev.handoff.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The yardstick: one JVM with two event loops and nothing but what Netty brings. */
final class NettyServer {
    private static final int EVENT_LOOPS = 2;

    private NettyServer() {}

    /**
     * Serves until the process is told to end.
     *
     * @param arguments the port
     */
    public static void main(String[] arguments) throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, EpollIoHandler.newFactory());
        HttpDate date = new HttpDate();
        new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec(), new PlaintextHandler(date));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])))
                .sync();
    }
}
