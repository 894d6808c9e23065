package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.wire.TicketSecrets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** One event loop that serves real sockets with a handler, as a worker does. */
public final class TestServer implements AutoCloseable {
    /** TCP_CLOSE_WAIT of tcp_states.h: the other side has ended its direction. */
    private static final int CLOSE_WAIT = 8;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ExecutorService blocking;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final Farewells farewells = new Farewells(loops.next());
    private final WorkerHandler handler;
    private final Handlers handlers;
    private final WorkerContext context;
    private final Channel listener;

    private TestServer(WorkerHandler handler, ExecutorService blocking, Function<EventLoopGroup, WorkerContext> context)
            throws Exception {
        this.handler = handler;
        this.handlers = Handlers.of(handler);
        this.blocking = blocking;
        this.context = context.apply(loops);
        handlers.start(this.context);
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) throws Exception {
                        adopt(channel);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    public static TestServer serving(WorkerHandler handler) throws Exception {
        return serving(handler, BlockingExecutor.create());
    }

    /** In a cluster of which that was said. */
    public static TestServer serving(WorkerHandler handler, Map<Setting, ?> said) throws Exception {
        ExecutorService blocking = BlockingExecutor.create();
        return new TestServer(handler, blocking, loops -> new TestWorker(loops, blocking, said));
    }

    public static TestServer serving(WorkerHandler handler, ExecutorService blocking) throws Exception {
        return new TestServer(handler, blocking, loops -> new TestWorker(loops, blocking, Map.of()));
    }

    /** By this worker. */
    public static TestServer serving(WorkerHandler handler, CurrentWorker worker) throws Exception {
        ExecutorService blocking = BlockingExecutor.create();
        return new TestServer(
                handler,
                blocking,
                loops -> new TestWorker(loops, blocking, new SimpleMeterRegistry(), worker, Map.of()));
    }

    /** In a cluster whose session tickets are made of those. */
    public static TestServer serving(WorkerHandler handler, TicketSecrets tickets) throws Exception {
        return new TestServer(handler, BlockingExecutor.create(), loops -> {
            Context context = new Context(TestWorker.alone(), loops, Map.of());
            context.ticketKeys().renew(tickets);
            return context;
        });
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public RawClient connect() throws Exception {
        return RawClient.to(port());
    }

    /** What a worker tells all its connections when it leaves, and none has to wait for its turn. */
    public void leave() {
        leave(Duration.ZERO);
    }

    /** What a worker does that leaves and lets its connections have that long. */
    public void leave(Duration limit) {
        loops.submit(() -> {
                    connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(ConnectionEvent.LEAVING));
                    farewells.begin(limit);
                })
                .syncUninterruptibly();
    }

    /** Lets the event loop's clock pass over a moment: what was due by then is done. */
    public void outlast(Duration time) {
        EventLoop loop = loops.next();
        loop.schedule(() -> {}, time.toMillis(), TimeUnit.MILLISECONDS).syncUninterruptibly();
        loop.submit(() -> {}).syncUninterruptibly();
    }

    public long requestsStarted() {
        return started.get();
    }

    public long requestsFinished() {
        return finished.get();
    }

    public int openConnections() {
        return connections.size();
    }

    public void awaitNoConnections() {
        await().until(() -> connections.isEmpty());
        // A pipeline hears of the end a little after the channel's own future.
        awaitNoRequests();
    }

    /** Waits until all that were started are finished. */
    public void awaitNoRequests() {
        await().untilAsserted(() ->
                assertThat(finished).as("requests that were finished").hasValue(started.get()));
    }

    /** Waits until the server has seen that a client sends no more. */
    public void awaitEndOfOutput(RawClient client) {
        EpollSocketChannel channel = (EpollSocketChannel) connectionOf(client).orElseThrow();
        await().until(() -> channel.tcpInfo().state() == CLOSE_WAIT);
        // A turn of the loop is events first, then tasks: before the second task every event of before was handled.
        for (int turn = 0; turn < 2; turn++) {
            channel.eventLoop().submit(() -> {}).syncUninterruptibly();
        }
    }

    /** Whether the server still has a client's connection. */
    public boolean hasConnectionOf(RawClient client) {
        return connectionOf(client).isPresent();
    }

    /** Whether the server reads what this client sends. */
    public boolean reads(RawClient client) {
        return connectionOf(client).orElseThrow().config().isAutoRead();
    }

    private Optional<Channel> connectionOf(RawClient client) {
        return connections.stream()
                .filter(channel -> ((InetSocketAddress) channel.remoteAddress()).getPort() == client.port())
                .findFirst();
    }

    /** Waits until a count has stopped to grow, and returns it. */
    public static long awaitStandstill(AtomicLong count) {
        AtomicLong last = new AtomicLong(-1);
        await().pollInterval(300, TimeUnit.MILLISECONDS).until(() -> last.getAndSet(count.get()) == count.get());
        return count.get();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        connections.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        handlers.stop(context);
        blocking.shutdownNow();
    }

    private void adopt(Channel channel) throws Exception {
        connections.add(channel);
        new Connection(new Counting(), channel.remoteAddress(), 0, handler, 0)
                .opened(channel, farewells, null, new NettyCodecs());
        handler.initChannel(channel);
    }

    private final class Counting implements Connection.Traffic {
        @Override
        public void requestStarted() {
            started.incrementAndGet();
        }

        @Override
        public void requestFinished() {
            finished.incrementAndGet();
        }
    }
}
