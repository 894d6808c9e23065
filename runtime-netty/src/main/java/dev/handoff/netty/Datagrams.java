package dev.handoff.netty;

import dev.handoff.cluster.UdpSocket;
import dev.handoff.netty.worker.Registration;
import dev.handoff.process.Handle;
import dev.handoff.unix.Fd;
import dev.handoff.wire.SocketHandle;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;

/**
 * Netty's channels over sockets of UDP that are bound already, as workers of a forking cluster share them.
 *
 * <pre>{@code
 * Cluster.worker().bind(ListenOptions.port(5353))
 *         .thenAccept(socket -> Datagrams.channel(group, socket, new MyHandler()));
 * }</pre>
 *
 * <p>Netty cuts datagrams of more than 2,048 bytes unless {@code channel.config().setRecvByteBufAllocator} says more.
 */
public final class Datagrams {
    private Datagrams() {}

    /**
     * Lets an event loop read and write a worker's socket, which is closed with the channel, as the channel is with the socket: when
     * the worker leaves, too. The socket is to be one that was bound without a consumer of its own, for that would take datagrams
     * away from the channel. Any thread may call.
     *
     * @param group of epoll's event loops
     * @param handler gets each {@link io.netty.channel.socket.DatagramPacket}; a {@link io.netty.channel.ChannelInitializer} for
     *     more than one
     * @return done when the channel is registered, and active; fails, with the channel closed, if epoll has no room for it
     * @throws IllegalStateException if the socket is closed
     */
    public static ChannelFuture channel(EventLoopGroup group, UdpSocket socket, ChannelHandler handler) {
        ChannelFuture registered = channel(group, socket.handle(), handler);
        Channel channel = registered.channel();
        channel.closeFuture().addListener(closed -> socket.close());
        socket.onClose(channel::close);
        return registered;
    }

    /**
     * Lets an event loop read and write a socket, such as one that came with a message. Any thread may call.
     *
     * @param socket of the kind {@link Handle.Kind#DATAGRAM}; used up, and closed with the channel
     * @return as the other one
     * @throws IllegalArgumentException if it is of another kind
     */
    public static ChannelFuture channel(EventLoopGroup group, Handle socket, ChannelHandler handler) {
        if (socket.kind() != Handle.Kind.DATAGRAM || !(socket instanceof SocketHandle open)) {
            throw new IllegalArgumentException("cannot read datagrams from " + socket + ": expected a DATAGRAM");
        }
        int number = open.release().release();
        return Registration.watch(new Bootstrap()
                .group(group)
                .channelFactory(() -> adopt(number))
                .handler(handler)
                .register());
    }

    private static Channel adopt(int number) {
        try {
            return new EpollDatagramChannel(number);
        } catch (ChannelException e) {
            new Fd(number).close();
            throw e;
        }
    }
}
