package dev.handoff.netty.worker;

import dev.handoff.acceptor.Listener;
import dev.handoff.acceptor.Platform;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Threads;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.TicketSecrets;
import dev.handoff.worker.CurrentWorkerProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * No cluster at all: the handlers serve in this very process, on one event loop, for a debugger or a quick look. It
 * listens as a master does, and serves and leaves as a worker does; what would lie between them is missing.
 *
 * <pre>
 *   listen ─▶ start the handlers ─▶ serve ─▶ (told to stop) ─▶ close the listeners
 *     ─▶ connections end, or are cut at the drain limit ─▶ stop the handlers
 * </pre>
 *
 * The caller's thread takes the steps up to serving, {@code handoff-local} those behind; it keeps the process alive.
 */
public final class LocalCluster extends NoWorkers {
    private static final Logger LOG = Logs.of(LocalCluster.class);

    /** How long the event loop is waited for at the very end. A handler that blocks it cannot be killed in this process. */
    private static final Duration LAST_TURN = Duration.ofSeconds(1);

    private final ClusterSettings settings;
    private final List<Listener> listeners;
    private final List<LocalListener> accepting = new ArrayList<>();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("handoff-loop", true), EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Connections connections;
    private final LocalWorker worker = new LocalWorker(this::orderStop);
    private final Context context;
    private TicketSecrets tickets = TicketSecrets.fresh();
    private final CompletableFuture<Void> stopOrdered = new CompletableFuture<>();
    private final CompletableFuture<Void> killed = new CompletableFuture<>();
    private final CompletableFuture<StopResult> stopped = new CompletableFuture<>();

    private LocalCluster(ClusterSettings settings, List<Listener> listeners, PipelineCodecs codecs) {
        this.settings = settings;
        this.listeners = listeners;
        this.context = new Context(worker, group, settings.saidToHandlers());
        Farewells farewells = new Farewells(loop, Farewells.idleMin(settings.saidToHandlers()));
        this.connections = new Connections(farewells, frame -> {}, null, codecs);
        context.ticketKeys().renew(tickets);
    }

    /**
     * Serves in this process.
     *
     * @param begun gets the cluster as soon as it listens, and before the handlers are started
     * @param codecs look after pipelines of connections
     * @throws StartException if it cannot; nothing is left behind
     */
    public static LocalCluster start(
            ClusterSettings settings,
            List<Binding> bindings,
            Consumer<SupervisedCluster> begun,
            PipelineCodecs codecs) {
        Logs.queue();
        Platform.checkThisOne();
        LocalCluster cluster = new LocalCluster(settings, Listener.openAll(settings), codecs);
        try {
            cluster.takeAWorkersPlace();
            begun.accept(cluster);
            cluster.serve(bindings);
            return cluster;
        } catch (StartException refusal) {
            cluster.end(0);
            throw refusal;
        } catch (Throwable failure) {
            LOG.error("cannot serve in this process", failure);
            cluster.end(0);
            throw new StartException(
                    StartException.NO_WORKER_READY, "cannot serve in this process: " + failure, failure);
        }
    }

    private void takeAWorkersPlace() {
        if (!CurrentWorkerProvider.setIfNone(worker)) {
            throw new StartException(
                    StartException.WRONG_SETTING,
                    "cannot serve in this process (workers = 0): another server does so already; stop that one first");
        }
    }

    private void serve(List<Binding> bindings) throws Exception {
        Handlers handlers =
                Handlers.of(listeners.stream().map(LocalCluster::description).toList(), bindings);
        try {
            handlers.start(context);
            renewTicketsRegularly();
            accept(handlers);
        } catch (Throwable failure) {
            handlers.stop(context);
            throw failure;
        }
        LOG.info("serving in this process, without workers, on {}", addresses());
        Threads.start(Threads.keeping("handoff-local", () -> live(handlers)));
    }

    /** The program that listens also serves, so its own listeners are the right ones. */
    private static ListenerDescription description(Listener listener) {
        return new ListenerDescription(
                listener.key(), listener.name(), listener.address().toString(), "");
    }

    private void renewTicketsRegularly() {
        long nanos = settings.duration(Setting.TLS_TICKET_ROTATION).toNanos();
        loop.scheduleAtFixedRate(this::renewTickets, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** On the event loop. */
    private void renewTickets() {
        tickets = tickets.renewed();
        context.ticketKeys().renew(tickets);
    }

    private void accept(Handlers handlers) {
        Adoption adoption = new Adoption(loop, connections);
        for (Listener listener : listeners) {
            accepting.add(LocalListener.accept(listener, adoption, handlers.get(listener.key())));
        }
    }

    private void live(Handlers handlers) {
        int requestsCut = 0;
        try {
            stopOrdered.join();
            await(killed, in(settings.duration(Setting.STOP_DELAY)));
            listeners.forEach(Listener::startClosing);
            await(killed, in(Listener.CLOSING));
            requestsCut = drain(handlers, in(settings.duration(Setting.DRAIN_LIMIT)));
            handlers.stop(context);
        } finally {
            end(requestsCut);
        }
    }

    private int drain(Handlers handlers, long untilNanos) {
        await(CompletableFuture.runAsync(this::leave, loop), untilNanos);
        worker.tellLeaving();
        handlers.leaving(context);
        await(connections.emptied(), untilNanos);
        return connections.emptied().isDone() ? 0 : cut();
    }

    private void leave() {
        accepting.forEach(LocalListener::close);
        connections.leave(settings.duration(Setting.DRAIN_LIMIT));
    }

    private int cut() {
        Cut cut = CompletableFuture.supplyAsync(connections::cut, loop)
                .completeOnTimeout(Cut.NOTHING, LAST_TURN.toNanos(), TimeUnit.NANOSECONDS)
                .join();
        LOG.info("cut what was left, {}", cut);
        return cut.requests();
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /** Waits for an event, at most until that time, and not at all when everything must end at once. */
    private void await(CompletableFuture<?> event, long untilNanos) {
        CompletableFuture.anyOf(event, killed)
                .completeOnTimeout(null, untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS)
                .join();
    }

    private void end(int requestsCut) {
        long limit = LAST_TURN.toMillis();
        if (!group.shutdownGracefully(0, limit, TimeUnit.MILLISECONDS).awaitUninterruptibly(limit)) {
            LOG.warn("the event loop is left behind: a handler has kept it busy for {} ms", limit);
        }
        listeners.forEach(Listener::close);
        CurrentWorkerProvider.unset(worker);
        stopped.complete(new StopResult(0, requestsCut));
    }

    private void orderStop() {
        stopOrdered.complete(null);
    }

    @Override
    public List<ListenAddress> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    @Override
    public CompletableFuture<StopResult> stop() {
        orderStop();
        return stopped();
    }

    @Override
    public CompletableFuture<StopResult> stopped() {
        return stopped.copy();
    }

    /** Ends at once: connections are cut, the handlers are still stopped. */
    @Override
    public void kill() {
        killed.complete(null);
        orderStop();
    }

    @Override
    public void close() {
        stop().join();
    }
}
