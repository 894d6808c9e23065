package dev.handoff.forks;

import dev.handoff.child.ForkedChild;
import dev.handoff.child.Runner;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Threads;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.TicketSecrets;
import dev.handoff.wire.Token;
import dev.handoff.workers.ClusterEvents;
import dev.handoff.workers.ClusterEvents.Notice;
import dev.handoff.workers.ObservedCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * This process as the master of what it forks. Orders of workers come on {@code handoff-events}, ends of channels and processes on
 * threads of their own, so that a program that blocks its listeners does not hold up clients that were sent to a dead worker.
 */
final class ForkingMaster extends ObservedCluster implements ForkingCluster {
    private static final Logger LOG = Logs.of(ForkingMaster.class);

    private final ClusterEvents events;
    private final Listeners<SpawnOptions> setup = new Listeners<>();
    private final ForkStarter starter = new ForkStarter();
    private final SharedListeners listeners = new SharedListeners(new FromAcceptors());
    private final SharedTickets tickets = new SharedTickets(this::onNewTickets);
    private final Map<Integer, ForkedProcess> workers = new TreeMap<>();
    private final Set<ForkedProcess> ending = new HashSet<>();
    private final List<CompletableFuture<Void>> awaitingEnd = new ArrayList<>();
    private @Nullable ClusterSettings cluster;
    private @Nullable SpawnOptions settings;
    private @Nullable ForkDirectory directory;
    private int lastId;

    ForkingMaster() {
        this(new ClusterEvents());
    }

    private ForkingMaster(ClusterEvents events) {
        super(events);
        this.events = events;
    }

    // --- settings ---------------------------------------------------------------------------------------------------

    @Override
    public synchronized SpawnOptions settings() {
        SpawnOptions current = settings;
        if (current == null) {
            current = SpawnOptions.thisProgram().stdio(Stdio.inherit());
            settings = current;
        }
        return current;
    }

    @Override
    public void setupMaster(UnaryOperator<SpawnOptions> change) {
        SpawnOptions changed = change.apply(settings());
        synchronized (this) {
            settings = changed;
        }
        EventThread.get().enqueue(() -> setup.tell(changed));
    }

    @Override
    public Subscription onSetup(Consumer<? super SpawnOptions> listener) {
        return setup.add(listener);
    }

    @Override
    public SchedulingPolicy schedulingPolicy() {
        return clusterSettings().policy();
    }

    @Override
    public synchronized void schedulingPolicy(SchedulingPolicy policy) {
        if (lastId > 0) {
            throw new IllegalStateException(
                    "cannot change the scheduling policy any more: worker 1 was forked under it; say it before the first fork");
        }
        cluster = clusterSettings().policy(policy);
    }

    /** Of what there is to be set, all that is about listening applies; each worker has one lane for an address. */
    private synchronized ClusterSettings clusterSettings() {
        ClusterSettings current = cluster;
        if (current == null) {
            Logs.queue();
            current = ClusterSettings.defaults().option("eventLoops", "1").resolved();
            cluster = current;
        }
        return current;
    }

    // --- forking ----------------------------------------------------------------------------------------------------

    @Override
    public ForkedWorker fork(Map<String, String> env) {
        ForkedProcess worker;
        synchronized (this) {
            clusterSettings();
            SpawnOptions options = settings();
            Runner.refuseToRepeat(options);
            int id = ++lastId;
            Token token = Token.random();
            ForkedChild child = start(id, token, options, env);
            worker = new ForkedProcess(id, token, child, options.killSignal(), this::disconnect);
            workers.put(id, worker);
            joined(worker);
            events.publish("worker.forked", worker, "");
        }
        follow(worker);
        return worker;
    }

    private ForkedChild start(int id, Token token, SpawnOptions options, Map<String, String> env) {
        try {
            Fatal.prepare();
            return starter.start(id, token, options, env, directory().paths());
        } catch (IOException e) {
            return ForkedChild.stillborn(options, e);
        }
    }

    private ForkDirectory directory() throws IOException {
        ForkDirectory current = directory;
        if (current == null || !current.isInPlace()) {
            ForkDirectory next = ForkDirectory.open();
            if (current != null) {
                LOG.warn(
                        "{} was removed; workers find their master in {} from now on",
                        current.paths().directory(),
                        next.paths().directory());
                current.close();
            }
            directory = next;
            return next;
        }
        return current;
    }

    private void follow(ForkedProcess worker) {
        worker.child()
                .conversation()
                .ifPresentOrElse(
                        conversation -> {
                            conversation.runtime().onMessage(order -> onOrder(worker, order));
                            conversation.end().thenRun(() -> onChannelEnd(worker));
                            worker.child().exit().thenAccept(status -> onExit(worker, status));
                        },
                        // Not before the program has the worker.
                        () -> EventThread.get()
                                .enqueue(() -> worker.child().exit().thenAccept(status -> onExit(worker, status))));
    }

    @Override
    public synchronized Map<Integer, Worker> workers() {
        return Collections.unmodifiableMap(new TreeMap<>(workers));
    }

    // --- what workers ask for ---------------------------------------------------------------------------------------

    private void onOrder(ForkedProcess worker, Message message) {
        ForkMessage order = message.as(ForkMessage.class);
        switch (order.act()) {
            case ONLINE -> onOnline(worker);
            case LISTEN -> onListen(worker, message, Objects.requireNonNull(order.place()));
            case BOUND -> listeners.address(order.key()).ifPresent(address -> onListening(worker.id(), address));
            case CLOSE -> listeners.leave(worker.id(), order.key());
            case CLOSED -> listeners.closed(worker.id(), order.key());
            case LEAVE -> {
                startLeaving(worker, "it asked to leave");
                message.answer(true);
            }
            case DONE -> worker.finishChannel();
            case TICKETS -> tickets.answer(message, clusterSettings().duration(Setting.TLS_TICKET_ROTATION));
        }
    }

    /** Workers without TLS make nothing of them. */
    private synchronized void onNewTickets(TicketSecrets secrets) {
        workers.values().forEach(worker -> worker.renewTickets(secrets));
        events.publish("tickets.renewed", 0, 0, "");
    }

    private synchronized void onOnline(ForkedProcess worker) {
        if (worker.state() == WorkerState.STARTING) {
            worker.enter(WorkerState.ONLINE, System.nanoTime(), "its runtime has started");
        }
        worker.tellOnline();
        events.publish("worker.online", worker, "");
    }

    private void onListen(ForkedProcess worker, Message request, Place place) {
        try {
            Optional<RuntimePaths> paths = pathsFor(worker);
            if (paths.isPresent()) {
                listeners
                        .join(worker, place, paths.get(), clusterSettings())
                        .thenAccept(admission -> admission.answer(request));
            } else {
                SharedListeners.leaving(worker, place).answer(request);
            }
        } catch (IOException e) {
            Admission.of(ListenAnswer.no(e)).answer(request);
        }
    }

    /** None for a worker that leaves: the directory may be gone with the last one. */
    private synchronized Optional<RuntimePaths> pathsFor(ForkedProcess worker) throws IOException {
        return worker.isLeaving() || directory == null
                ? Optional.empty()
                : Optional.of(directory().paths());
    }

    private synchronized void onListening(int workerId, ListenAddress address) {
        ForkedProcess worker = workers.get(workerId);
        if (worker != null && !worker.isLeaving()) {
            boolean isFirst = worker.state() != WorkerState.READY;
            if (isFirst) {
                worker.enter(WorkerState.READY, System.nanoTime(), "it listens on " + address);
            }
            worker.tellListening(address);
            events.publishListening(worker, address);
            if (isFirst) {
                events.publish("worker.ready", worker, "");
            }
        }
    }

    private final class FromAcceptors implements SharedListener.Audience {
        @Override
        public void onListening(int workerId, ListenAddress address) {
            ForkingMaster.this.onListening(workerId, address);
        }

        @Override
        public void onLaneBroken(int workerId, String reason) {
            ForkedProcess worker;
            synchronized (ForkingMaster.this) {
                worker = workers.get(workerId);
            }
            if (worker != null) {
                end(
                        worker,
                        WorkerState.KILLING,
                        Signal.KILL,
                        "it broke its lane, so no one knows what it has: " + reason);
            }
        }
    }

    // --- how workers end --------------------------------------------------------------------------------------------

    private void disconnect(ForkedProcess worker) {
        if (worker.isConnected() && startLeaving(worker, "it was asked to leave")) {
            worker.orderToLeave();
        }
    }

    private synchronized boolean startLeaving(ForkedProcess worker, String cause) {
        if (!worker.noteAskedToLeave()) {
            return false;
        }
        drain(worker, cause);
        // When the program has heard of it, and may have forked a successor.
        EventThread.get().enqueue(() -> listeners.leaveAll(worker.id(), isContinued()));
        return true;
    }

    private void drain(ForkedProcess worker, String cause) {
        if (!worker.isLeaving()) {
            worker.enter(WorkerState.DRAINING, System.nanoTime(), cause);
            tellLeaving(worker, cause);
        }
    }

    /** Sends a signal that is to end it. */
    private synchronized void end(ForkedProcess worker, WorkerState next, Signal signal, String cause) {
        if (worker.mayEnter(next)) {
            boolean first = !worker.isLeaving();
            worker.enter(next, System.nanoTime(), cause);
            worker.signal(signal);
            if (first) {
                tellLeaving(worker, cause);
            }
        }
    }

    private void tellLeaving(ForkedProcess worker, String cause) {
        worker.tellLeaving();
        events.publish("worker.leaving", worker, cause);
    }

    /** Whether there is a worker that could listen where another does no more. */
    private synchronized boolean isContinued() {
        return workers.values().stream().anyMatch(worker -> !worker.isLeaving());
    }

    private void onChannelEnd(ForkedProcess worker) {
        synchronized (this) {
            ending.add(worker);
            boolean leaves = !worker.isLeaving();
            if (leaves) {
                worker.enter(WorkerState.DRAINING, System.nanoTime(), "its channel has ended");
            }
            worker.markDisconnected();
            removeIfOver(worker);
            tellEnd(worker, leaves, "its channel has ended", () -> {
                worker.tellDisconnected();
                events.publish("worker.disconnected", worker, "");
            });
        }
        listeners.leaveAll(worker.id(), true);
        settleSoon();
    }

    private void onExit(ForkedProcess worker, ExitStatus status) {
        synchronized (this) {
            ending.add(worker);
            boolean leaves = !worker.isLeaving();
            worker.exit(status, System.nanoTime(), status.toString());
            removeIfOver(worker);
            removeRole(worker.id());
            tellEnd(worker, leaves, status.toString(), () -> {
                worker.tellExited(status);
                events.publish("worker.exited", worker, status.toString());
            });
        }
        listeners.exited(worker.id());
        settleSoon();
    }

    /** Once more, for the end may have been told before the listeners knew of it: they would stay open without a worker. */
    private void settleSoon() {
        EventThread.get().enqueue(this::settle);
    }

    /** Behind all that the worker has said: that it is online is not news of a dead one. */
    private void tellEnd(ForkedProcess worker, boolean leaves, String cause, Runnable telling) {
        CompletableFuture<Void> allSaid = worker.child()
                .conversation()
                .map(Conversation::end)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
        allSaid.thenRun(() -> EventThread.get().enqueue(() -> {
            if (leaves) {
                tellLeaving(worker, cause);
            }
            telling.run();
            EventThread.get().enqueue(() -> endTold(worker));
        }));
    }

    /** One that it has not read. */
    private void removeRole(int workerId) {
        ForkDirectory current = directory;
        if (current != null) {
            current.removeRole(workerId);
        }
    }

    private void removeIfOver(ForkedProcess worker) {
        if (worker.isOver()) {
            workers.remove(worker.id());
            left(worker);
        }
    }

    /** The program has heard of an end, and has forked a successor or not. */
    private synchronized void endTold(ForkedProcess worker) {
        if (worker.endTold()) {
            ending.remove(worker);
        }
        settle();
    }

    private synchronized void settle() {
        if (ending.isEmpty() && !isContinued()) {
            endIfEmpty(listeners.closeUnused());
        }
    }

    private void endIfEmpty(CompletableFuture<Void> listenersClosed) {
        if (!workers.isEmpty()) {
            return;
        }
        ForkDirectory left = directory;
        directory = null;
        CompletableFuture<Void> all = left == null ? listenersClosed : listenersClosed.thenRun(left::close);
        awaitingEnd.forEach(end -> completeWith(end, all));
        awaitingEnd.clear();
    }

    private static void completeWith(CompletableFuture<Void> end, CompletableFuture<Void> all) {
        all.thenRunAsync(
                () -> end.complete(null), task -> Threads.startSoon(Threads.keeping("handoff-disconnected", task)));
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        List<ForkedProcess> all;
        synchronized (this) {
            awaitingEnd.add(end);
            all = List.copyOf(workers.values());
        }
        all.forEach(this::disconnect);
        settleSoon();
        return end;
    }

    @Override
    public CompletableFuture<StopResult> disconnect(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a limit of " + limit + " is over already: expected 0 or more");
        }
        List<ForkedProcess> asked;
        synchronized (this) {
            asked = List.copyOf(workers.values());
        }
        Duration killAfter = clusterSettings().duration(Setting.KILL_AFTER);
        return new LeaveLimit(limit, killAfter, this::end).apply(asked, disconnect());
    }

    @Override
    public void close() {
        if (EventThread.get().isCurrent()) {
            throw new IllegalStateException(
                    "cannot wait for the workers' end on the thread that tells of it, handoff-events: say disconnect()");
        }
        disconnect().join();
    }

    @Override
    protected List<ListenAddress> addresses(Notice listening) {
        return List.of(Objects.requireNonNull(listening.address()));
    }
}
