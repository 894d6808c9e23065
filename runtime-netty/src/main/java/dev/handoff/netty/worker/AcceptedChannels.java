package dev.handoff.netty.worker;

import dev.handoff.process.spi.Logs;
import io.netty.channel.AbstractServerChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DefaultServerSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Makes Netty's channels of TCP connections that were accepted in another process. Netty takes a channel without a parent for a
 * client's: its {@code Http2MultiplexHandler} refuses the first stream of such a connection. The constructors that set a parent are
 * not public. Where they cannot be called, on a module path say, channels have none.
 */
final class AcceptedChannels {
    private static final Logger LOG = Logs.of(AcceptedChannels.class);
    private static final @Nullable Maker MAKER = find();

    private record Maker(Channel parent, Constructor<LinuxSocket> socket, Constructor<EpollSocketChannel> channel) {}

    private AcceptedChannels() {}

    /**
     * A channel of a connected socket.
     *
     * @param socket its descriptor, which is the channel's from now on
     * @throws ChannelException if there can be none; the descriptor stays open
     */
    static EpollSocketChannel of(int socket) {
        Maker maker = MAKER;
        if (maker == null) {
            return new EpollSocketChannel(socket);
        }
        try {
            LinuxSocket accepted = maker.socket.newInstance(socket);
            return maker.channel.newInstance(maker.parent, accepted, accepted.remoteAddress());
        } catch (ReflectiveOperationException e) {
            throw new ChannelException("Netty cannot make a channel of a socket", e);
        }
    }

    private static @Nullable Maker find() {
        try {
            Constructor<LinuxSocket> socket = LinuxSocket.class.getDeclaredConstructor(int.class);
            Constructor<EpollSocketChannel> channel = EpollSocketChannel.class.getDeclaredConstructor(
                    Channel.class, LinuxSocket.class, InetSocketAddress.class);
            socket.setAccessible(true);
            channel.setAccessible(true);
            return new Maker(new Elsewhere(), socket, channel);
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            LOG.warn(
                    "connections have no parent channel, and Http2MultiplexHandler takes them for a client's: {}",
                    e.toString());
            return null;
        }
    }

    /** Stands for what has accepted a connection in another process. It can do nothing. */
    private static final class Elsewhere extends AbstractServerChannel implements ServerSocketChannel {
        private final ServerSocketChannelConfig config;

        Elsewhere() throws IOException {
            // A socket that is not bound has no descriptor.
            config = new DefaultServerSocketChannelConfig(this, new ServerSocket());
        }

        @Override
        public ServerSocketChannelConfig config() {
            return config;
        }

        @Override
        public @Nullable InetSocketAddress localAddress() {
            return null;
        }

        @Override
        public @Nullable InetSocketAddress remoteAddress() {
            return null;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isActive() {
            return true;
        }

        @Override
        protected boolean isCompatible(EventLoop loop) {
            return false;
        }

        @Override
        protected @Nullable SocketAddress localAddress0() {
            return null;
        }

        @Override
        protected void doBind(SocketAddress address) {
            throw new UnsupportedOperationException("it listens in another process");
        }

        @Override
        protected void doClose() {}

        @Override
        protected void doBeginRead() {}
    }
}
