package dev.handoff.netty.worker;

import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Fd;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnnamedAddress;
import dev.handoff.wire.Offer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Makes channels of sockets that were opened elsewhere, and lets an event loop serve them. */
final class Adoption {
    private static final RareLog LOG = new RareLog(Logs.of(Adoption.class));

    /** The listener's key of connections that came from no listener of the master. */
    private static final int NO_LISTENER = -1;

    private static final ChannelOption<Integer> LEAST_HOPS = new IntegerUnixChannelOption("IP_MINTTL", 0, 21);
    private static final ChannelOption<Integer> LEAST_HOPS_OF_IPV6 =
            new IntegerUnixChannelOption("IPV6_MINHOPCOUNT", 41, 73);

    private final EventLoop loop;
    private final Connections connections;

    /**
     * On that event loop.
     *
     * @param connections of that event loop
     */
    Adoption(EventLoop loop, Connections connections) {
        this.loop = loop;
        this.connections = connections;
    }

    /**
     * Serves a connection. On the event loop.
     *
     * @param frame the number of the frame that brought it, or {@link Connections#NO_FRAME}
     */
    void connection(Offer offer, Connection.Traffic traffic, WorkerHandler handler, long frame) {
        SocketAddress peer = offer.peer().decode();
        Channel channel;
        try {
            channel = open(offer.connection(), peer == UnnamedAddress.UNNAMED);
        } catch (ChannelException e) {
            LOG.warn("cannot adopt the connection from " + peer + ": " + e.getMessage());
            countEnded(traffic);
            return;
        }
        if (isLost(channel)) {
            countEnded(traffic);
        } else {
            Connection connection = new Connection(traffic, peer, offer.listener(), handler, offer.acceptedMillis());
            connections.add(channel, connection, frame, offer.progress());
            Registration.first(loop, channel);
        }
    }

    /**
     * Serves a connection of which only the socket is known. On the event loop.
     *
     * @return false if it has ended already
     */
    boolean connection(Fd socket, boolean unix, Connection.Traffic traffic, WorkerHandler handler) {
        Channel channel;
        try {
            channel = open(socket, unix);
        } catch (ChannelException e) {
            LOG.warn("cannot adopt a connection: " + e.getMessage());
            return false;
        }
        if (isLost(channel)) {
            return false;
        }
        SocketAddress peer = unix ? UnnamedAddress.UNNAMED : channel.remoteAddress();
        Connection connection = new Connection(traffic, peer, NO_LISTENER, handler, System.currentTimeMillis());
        connections.add(channel, connection, Connections.NO_FRAME, null);
        Registration.first(loop, channel);
        if (channel.isOpen()) {
            connections.tellIfLeaving(channel);
        }
        return true;
    }

    /** The master has counted the connection as handed off, and waits to hear of its end. */
    private static void countEnded(Connection.Traffic traffic) {
        traffic.opened();
        traffic.closed();
    }

    /** The client has reset the connection on its way here. Netty would register it, get no event, and never close it. */
    private static boolean isLost(Channel channel) {
        boolean lost = !channel.isActive() || hasLostItsPeer(channel);
        if (lost) {
            channel.unsafe().closeForcibly();
        }
        return lost;
    }

    /** The client of a Unix socket mostly has no address. Its end is noticed by a read, as for any other. */
    private static boolean hasLostItsPeer(Channel channel) {
        return channel instanceof EpollSocketChannel && channel.remoteAddress() == null;
    }

    private static Channel open(Fd socket, boolean unix) {
        int number = socket.release();
        try {
            return unix ? new EpollDomainSocketChannel(number) : AcceptedChannels.of(number);
        } catch (ChannelException e) {
            new Fd(number).close();
            throw e;
        }
    }

    /** The listening socket may have a filter at the last stop, see {@link dev.handoff.acceptor.Listener#startClosing}. */
    private static void liftHopLimit(Channel accepted, SocketAddress peer) {
        if (peer instanceof InetSocketAddress internet) {
            boolean six = internet.getAddress() instanceof Inet6Address;
            accepted.config().setOption(six ? LEAST_HOPS_OF_IPV6 : LEAST_HOPS, 0);
        }
    }

    /**
     * Accepts from a listening socket, and serves what comes in. Any thread.
     *
     * @param key of the listener
     * @param unix whether it is of a Unix path
     */
    Accepting listener(
            Accepting.Source source, int key, boolean unix, Connection.Traffic traffic, WorkerHandler handler) {
        return new Accepting(loop, source, socket -> accepting(socket, key, unix, traffic, handler)).start();
    }

    private Channel accepting(Fd socket, int key, boolean unix, Connection.Traffic traffic, WorkerHandler handler) {
        int number = socket.release();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channelFactory(() -> unix
                        ? (ServerChannel) new EpollServerDomainSocketChannel(number, true)
                        : new EpollServerSocketChannel(number))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SocketAddress peer = unix ? UnnamedAddress.UNNAMED : channel.remoteAddress();
                        liftHopLimit(channel, peer);
                        Connection connection = new Connection(traffic, peer, key, handler, System.currentTimeMillis());
                        connections.add(channel, connection, Connections.NO_FRAME, null);
                    }
                });
        return Registration.watch(bootstrap.register()).channel();
    }
}
