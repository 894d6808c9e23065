package dev.handoff.netty;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Subscription;
import dev.handoff.unix.UnnamedAddress;
import dev.handoff.worker.CurrentWorkerProvider;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * No cluster at all: the handlers serve in this very process, on one event loop, for a debugger or a quick look. Nothing
 * is handed over, nothing can be replaced, and nothing happens to workers, so no event ever comes.
 */
final class LocalCluster implements SupervisedCluster {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Connections connections = new Connections(frame -> {});
    private final Context context;
    private final Handlers handlers;
    private final List<Channel> listening = new ArrayList<>();
    private final List<ListenAddress> addresses = new ArrayList<>();
    private final Duration drainLimit;
    private final CompletableFuture<StopResult> stopped = new CompletableFuture<>();

    private LocalCluster(Handlers handlers, ClusterSettings settings) {
        this.handlers = handlers;
        this.context = new Context(new Self(), group, settings.saidToHandlers());
        this.drainLimit = settings.duration(Setting.DRAIN_LIMIT);
    }

    /** Serves from now on. */
    static LocalCluster start(ClusterSettings settings, List<Binding> bindings, Consumer<SupervisedCluster> begun) {
        List<ListenOptions> where = settings.listeners();
        Handlers handlers = Handlers.of(where.stream().map(ListenOptions::name).toList(), bindings);
        LocalCluster cluster = new LocalCluster(handlers, settings);
        begun.accept(cluster);
        CurrentWorkerProvider.set(cluster.context.worker());
        try {
            handlers.start(cluster.context);
            for (int key = 0; key < where.size(); key++) {
                cluster.listen(where.get(key), handlers.get(key));
            }
        } catch (Exception e) {
            cluster.close();
            throw e instanceof StartException known
                    ? known
                    : new StartException(
                            StartException.NO_WORKER_READY, "the handler cannot start in this process: " + e, e);
        }
        LOG.info("serving in this process, without workers, on {}", cluster.addresses);
        return cluster;
    }

    private void listen(ListenOptions where, WorkerHandler handler) {
        boolean unix = where.path().isPresent();
        SocketAddress address = unix
                ? new DomainSocketAddress(where.path().get().toFile())
                : where.host().isEmpty()
                        ? new InetSocketAddress(where.port())
                        : new InetSocketAddress(where.host(), where.port());
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channelFactory(unix ? EpollServerDomainSocketChannel::new : EpollServerSocketChannel::new)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SocketAddress peer = unix ? UnnamedAddress.UNNAMED : channel.remoteAddress();
                        connections.add(
                                channel, new Connection(Connection.Traffic.NONE, peer), handler, Connections.NO_FRAME);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new StartException(
                    StartException.CANNOT_LISTEN,
                    "cannot listen on " + address + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        listening.add(bound.channel());
        addresses.add(addressOf(bound.channel().localAddress()));
    }

    private static ListenAddress addressOf(SocketAddress local) {
        if (local instanceof DomainSocketAddress unix) {
            return new ListenAddress(ListenAddress.Family.UNIX, unix.path(), -1);
        }
        InetSocketAddress internet = (InetSocketAddress) local;
        ListenAddress.Family family =
                internet.getAddress() instanceof Inet6Address ? ListenAddress.Family.IPV6 : ListenAddress.Family.IPV4;
        return new ListenAddress(family, internet.getAddress().getHostAddress(), internet.getPort());
    }

    @Override
    public List<ListenAddress> addresses() {
        return List.copyOf(addresses);
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public CompletableFuture<RollResult> reload(IfRunning ifRunning) {
        return CompletableFuture.completedFuture(new RollResult(
                RollResult.Verdict.REFUSED,
                1,
                "there are no workers to replace: this process serves by itself (workers = 0)",
                List.of(),
                Duration.ZERO));
    }

    @Override
    public CompletableFuture<Void> scale(int workers) {
        return CompletableFuture.failedFuture(new IllegalStateException(
                "cannot scale to " + workers + " workers: this process serves by itself (workers = 0)"));
    }

    @Override
    public CompletableFuture<Void> scaleBy(int change) {
        return scale(change);
    }

    @Override
    public CompletableFuture<StopResult> stop() {
        loop.execute(() -> {
            listening.forEach(Channel::close);
            connections.leave();
            loop.schedule(this::cut, drainLimit.toNanos(), TimeUnit.NANOSECONDS);
            connections.emptied().thenRun(() -> end(0));
        });
        return stopped.copy();
    }

    private void cut() {
        end(connections.cut());
    }

    private void end(int requestsCut) {
        if (!stopped.isDone()) {
            new Thread(
                            () -> {
                                handlers.stop(context);
                                group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
                                listeningPaths().forEach(path -> path.toFile().delete());
                                stopped.complete(new StopResult(0, requestsCut));
                            },
                            "handoff-stop")
                    .start();
        }
    }

    private List<Path> listeningPaths() {
        return addresses.stream().flatMap(address -> address.path().stream()).toList();
    }

    @Override
    public CompletableFuture<StopResult> stopped() {
        return stopped.copy();
    }

    /** There are none. */
    @Override
    public void kill() {
        LOG.info("no workers to kill: this process serves by itself");
    }

    @Override
    public void close() {
        stop().join();
    }

    @Override
    public Map<Integer, Worker> workers() {
        return Map.of();
    }

    @Override
    public Subscription onFork(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public Subscription onOnline(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public Subscription onListening(BiConsumer<Worker, ListenAddress> listener) {
        return NEVER;
    }

    @Override
    public Subscription onReady(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public Subscription onLeaving(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public Subscription onDisconnect(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public Subscription onExit(BiConsumer<Worker, ExitStatus> listener) {
        return NEVER;
    }

    @Override
    public Subscription onEvent(Consumer<ClusterEvent> listener) {
        return NEVER;
    }

    private static final Subscription NEVER = () -> {};

    /** This process, in a worker's place. */
    private final class Self implements CurrentWorker {
        @Override
        public int id() {
            return 1;
        }

        @Override
        public int slot() {
            return 1;
        }

        @Override
        public int generation() {
            return 1;
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public boolean isConnected() {
            return false;
        }

        @Override
        public void disconnect() {
            stop();
        }

        @Override
        public Subscription onLeaving(Runnable listener) {
            stopped.thenRun(listener);
            return NEVER;
        }
    }
}
