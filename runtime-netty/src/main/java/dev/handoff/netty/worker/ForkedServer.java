package dev.handoff.netty.worker;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.Handle;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.wire.Role;
import dev.handoff.wire.SocketHandle;
import dev.handoff.wire.SocketHandle.Transferred;
import dev.handoff.worker.CurrentWorkerProvider;
import dev.handoff.worker.ForkedTickets;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Serves in a worker that the program has forked by itself: one event loop, which receives connections from the master. So a
 * connection is acknowledged when the loop comes to it, and not before.
 *
 * <pre>
 *   the program listens ─▶ start its handler ─▶ serve ─▶ (the worker leaves) ─▶ connections end, or are cut at the drain limit
 *     ─▶ the channel has ended ─▶ stop the handlers ─▶ nothing keeps the process
 * </pre>
 *
 * Any thread may call.
 */
public final class ForkedServer {
    private static final Logger LOG = Logs.of(ForkedServer.class);
    private static @Nullable ForkedServer server;

    private final CurrentWorker worker = Cluster.worker();
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Connections connections;
    private final Adoption adoption;
    private final Context context;
    private final CompletableFuture<Void> ticketed;
    private final Duration drainLimit;
    private final Map<WorkerHandler, Handlers> started = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private ForkedServer(ClusterSettings settings, PipelineCodecs codecs) {
        group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("handoff-loop", true), EpollIoHandler.newFactory());
        loop = group.next();
        startLoop();
        Farewells farewells = new Farewells(loop, Farewells.idleMin(settings.saidToHandlers()));
        connections = new Connections(farewells, frame -> {}, null, codecs);
        adoption = new Adoption(loop, connections);
        context = new Context(worker, group, settings.saidToHandlers());
        ticketed = ForkedTickets.subscribe(context.ticketKeys()::renew);
        drainLimit = settings.duration(Setting.DRAIN_LIMIT);
    }

    /** Loads what the first connection needs. */
    private void startLoop() {
        try {
            Threads.inLibrary("handoff-loop", () -> loop.submit(() -> {}));
        } catch (NoThreadException e) {
            group.shutdownGracefully();
            throw new IllegalStateException("cannot serve: " + e.getMessage(), e);
        }
    }

    /**
     * The server of this process. The first call starts it.
     *
     * @param codecs look after pipelines of connections
     * @throws IllegalStateException if this process is no worker that its program has forked, or the kernel grants no thread
     */
    public static synchronized ForkedServer get(PipelineCodecs codecs) {
        if (server == null) {
            checkThatItWasForked();
            WorkerProcess.lookForLeaksRarely();
            server = new ForkedServer(ClusterSettings.defaults().resolved(), codecs);
            server.endWithItsWorker();
        }
        return server;
    }

    private static void checkThatItWasForked() {
        if (CurrentWorkerProvider.role().filter(Role::isForked).isEmpty()) {
            throw new IllegalStateException(
                    "this process is no worker that its program has forked, Cluster.master().fork():"
                            + " to run a supervised cluster, call ClusterServer.run or start");
        }
    }

    private void endWithItsWorker() {
        CompletableFuture<Void> disconnected = new CompletableFuture<>();
        worker.onLeaving(this::leave);
        worker.onDisconnect(() -> disconnected.complete(null));
        CompletableFuture.allOf(disconnected, connections.emptied())
                .thenRun(() -> EventThread.get().enqueue(this::stop));
    }

    /**
     * Serves an address.
     *
     * @return done when connections come; fails if the handler does not start, or the master refuses
     */
    public CompletableFuture<Listener> listen(WorkerHandler handler, ListenOptions where) {
        try {
            start(handler);
        } catch (IllegalStateException e) {
            return CompletableFuture.failedFuture(e);
        }
        return EventThread.get()
                .holdUntil(ticketed.thenCompose(
                        done -> worker.listen(where, loop, connection -> adopt(connection, handler))));
    }

    /**
     * Serves a connection.
     *
     * @throws IllegalArgumentException if it is none
     * @throws IllegalStateException if the handler does not start
     */
    public void serve(WorkerHandler handler, Handle connection) {
        if (connection.kind() != Handle.Kind.CONNECTION) {
            throw new IllegalArgumentException("cannot serve " + connection + ": it is no connection");
        }
        start(handler);
        ticketed.thenRun(() -> loop.execute(() -> adopt(connection, handler)));
    }

    private void start(WorkerHandler handler) {
        started.computeIfAbsent(handler, this::started);
    }

    private Handlers started(WorkerHandler handler) {
        Handlers alone = Handlers.of(handler);
        try {
            alone.start(context);
            return alone;
        } catch (Exception e) {
            throw new IllegalStateException("cannot serve: " + handler + " did not start: " + e, e);
        }
    }

    /** On the event loop. */
    private void adopt(Handle connection, WorkerHandler handler) {
        boolean unix = connection.port() == 0;
        Transferred transferred = ((SocketHandle) connection).transfer();
        Connection.Traffic untilClosed = new Connection.Traffic() {
            @Override
            public void closed() {
                transferred.closed().run();
            }
        };
        if (!adoption.connection(transferred.socket(), unix, untilClosed, handler)) {
            transferred.closed().run();
        }
    }

    /** The lanes are drained at the same time. Connections that still come are told as well. */
    private void leave() {
        EventThread.get().holdUntil(stopped);
        loop.execute(() -> connections.leave(drainLimit));
        loop.schedule(this::cut, drainLimit.toNanos(), TimeUnit.NANOSECONDS);
        started.values().forEach(handler -> handler.leaving(context));
    }

    private void cut() {
        if (!connections.emptied().isDone()) {
            LOG.info("the drain limit is over: cut what was left, {}", connections.cut());
        }
    }

    private void stop() {
        started.values().forEach(handler -> handler.stop(context));
        stopped.complete(null);
    }
}
