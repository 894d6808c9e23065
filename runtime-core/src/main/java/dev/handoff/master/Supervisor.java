package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.control.ControlPeer;
import dev.handoff.control.ControlServer;
import dev.handoff.launch.Generation;
import dev.handoff.master.StopSequence.Phase;
import dev.handoff.output.WorkerOutput;
import dev.handoff.probe.Prober;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.workers.ClusterEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Keeps the number of workers, of the generation that is wanted.
 *
 * <p>One thread, {@code handoff-supervisor}, owns all that is known of workers, slots and rolls; others reach it by
 * {@link SupervisorProxy}. After each message, and at least four times a second, it makes one {@link #pass}. It never
 * waits for another thread.
 */
final class Supervisor implements Lifecycle.Losses {
    private static final Logger LOG = Logs.of(Supervisor.class);
    /** The most workers that a cluster can have. */
    static final int MOST_WORKERS = 256;

    private static final Duration KEPT_AFTER_EXIT = Duration.ofSeconds(1);

    /**
     * What the supervisor works with.
     *
     * @param welcome what each worker is told
     */
    record Crew(
            RuntimeDirectoryWatch directory,
            WorkerStarter starter,
            Acceptor acceptor,
            ControlServer control,
            Prober prober,
            ClusterEvents events,
            Welcome welcome,
            Completions completions,
            DescriptorBudget descriptors) {}

    private final Inbox inbox;
    private final SupervisorProxy proxy;
    private final Crew crew;
    private final LongSupplier clock;
    private final Roster roster = new Roster();
    private final Lifecycle lifecycle;
    private final Limits limits;
    private final Punctuality punctuality;
    private final Boot boot;
    private final Rolls rolls;
    private final Slots slots;
    private final ScaleOrders scaleOrders;
    private final StopSequence stop;
    private final Reports reports;
    private final Condition condition;
    private final TicketRotation tickets;
    private final Balance balance;
    private volatile int wanted;

    /**
     * One that has not begun.
     *
     * @param clock monotonic, nanoseconds
     */
    Supervisor(Generation first, Crew crew, Inbox inbox, SupervisorProxy proxy, LongSupplier clock) {
        this.inbox = inbox;
        this.proxy = proxy;
        this.crew = crew;
        this.clock = clock;
        ClusterSettings settings = first.settings();
        ClusterEvents events = crew.events();
        wanted = settings.count(Setting.WORKERS);
        tickets = new TicketRotation(settings.duration(Setting.TLS_TICKET_ROTATION), clock.getAsLong());
        balance = new Balance(
                crew.acceptor(),
                settings.isOn(Setting.BALANCE) && settings.policy().evensOut(),
                clock.getAsLong());
        lifecycle = new Lifecycle(crew.acceptor(), events, crew.welcome(), tickets, this);
        punctuality = new Punctuality(events, clock.getAsLong());
        boolean debugged = first.isDebugged();
        stop = new StopSequence(settings);
        limits = new Limits(
                settings,
                lifecycle,
                new BeatWatch(settings, debugged, lifecycle, crew.acceptor(), punctuality),
                stop,
                events);
        boot = new Boot(settings.count(Setting.START_GIVE_UP));
        rolls = new Rolls(first, events, crew.completions());
        slots = new Slots(settings, events);
        scaleOrders = new ScaleOrders(crew.completions());
        condition = new Condition(events);
        Duration probeEvery = settings.duration(Setting.PROBE_EVERY);
        reports = new Reports(
                roster, lifecycle, stop, crew.acceptor(), crew.prober(), proxy, probeEvery, this::onReady, this::onCut);
    }

    /** The first start's end. */
    CompletableFuture<Void> booted() {
        return boot.done();
    }

    /** How many workers are wanted. Any thread. */
    int wanted() {
        return wanted;
    }

    /** The workers there are. Any thread. */
    Map<Integer, Worker> workers() {
        return roster.snapshot();
    }

    Reports reports() {
        return reports;
    }

    /** Works until the cluster has stopped. On the thread {@code handoff-supervisor}. */
    StopResult run() {
        try {
            while (!stop.isAlmostOver() || !roster.isOver()) {
                Inbox.Message message = inbox.take(slots.nanosToNext(Punctuality.TICK_NANOS, clock.getAsLong()));
                long now = clock.getAsLong();
                if (message != null) {
                    message.handle(this, now);
                }
                pass(now);
            }
            roster.all().forEach(this::leaveBehind);
            return stop.result();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the supervisor must not be interrupted", e);
        }
    }

    private void leaveBehind(ManagedWorker unkillable) {
        LOG.error("{} is left behind: the kernel does not let it go, though KILL was sent", unkillable);
        stop.countForced();
    }

    /** Closes the gap between what is wanted and what there is, by one step. */
    void pass(long nowNanos) {
        punctuality.pass(nowNanos);
        crew.directory().keep(nowNanos);
        crew.control().cutStrangers(nowNanos);
        crew.acceptor().interruptSlowPolicy(nowNanos);
        limitWorkers(nowNanos);
        forgetTheDead(nowNanos);
        renewTickets(nowNanos);
        if (!stop.isOrdered()) {
            balance.advance(roster.all(), nowNanos);
        }
        if (mayStartWorkers()) {
            retireSurplus(nowNanos);
            fillSlots(nowNanos);
            settle(nowNanos);
        }
        rolls.noteLeft(roster.all().stream().anyMatch(this::isLeftBehindByARoll));
        advanceStop(nowNanos);
        int ready = roster.count(WorkerState.READY::equals);
        condition.note(ready, wanted, stop.isOrdered(), rolls.wanted().number());
    }

    private boolean isLeftBehindByARoll(ManagedWorker worker) {
        return worker.generation() != rolls.wanted().number() && worker.state() != WorkerState.EXITED;
    }

    private void limitWorkers(long nowNanos) {
        for (ManagedWorker worker : roster.all()) {
            worker.forgetOldShortage(nowNanos);
            limits.apply(worker, nowNanos);
            slots.noteRun(worker, nowNanos);
        }
    }

    /** The end of a channel comes about when the process's does; it is not waited for for long. */
    private void forgetTheDead(long nowNanos) {
        for (ManagedWorker worker : roster.all()) {
            if (worker.state() == WorkerState.EXITED
                    && (!worker.isConnected() || nowNanos - worker.sinceNanos() >= KEPT_AFTER_EXIT.toNanos())) {
                worker.control().ifPresent(ControlPeer::close);
                lifecycle.disconnected(worker, nowNanos);
                limits.forget(worker);
                crew.starter().removeFiles(worker.id());
                roster.remove(worker);
            }
        }
    }

    private void renewTickets(long nowNanos) {
        if (tickets.advance(nowNanos)) {
            roster.all().forEach(worker -> worker.control().ifPresent(peer -> peer.renew(tickets.current())));
            crew.events().publish("tickets.renewed", 0, rolls.wanted().number(), "");
        }
    }

    private boolean mayStartWorkers() {
        return stop.keepsTheNumber(roster.count(WorkerState.READY::equals) > 0) && !boot.isGivenUp();
    }

    private Gap<ManagedWorker> gap() {
        ClusterSettings settings = rolls.wanted().settings();
        Gap.Wanted sum = new Gap.Wanted(
                wanted,
                rolls.wanted().number(),
                rolls.isProven(),
                rolls.floor(),
                settings.count(Setting.ROLL_SURGE),
                settings.count(Setting.START_PARALLEL));
        return new Gap<>(sum, roster.all(), ManagedWorker::isExhausted);
    }

    private void retireSurplus(long nowNanos) {
        for (ManagedWorker worker : gap().toRetire()) {
            lifecycle.retire(worker, nowNanos, whyRetired(worker));
        }
    }

    private String whyRetired(ManagedWorker worker) {
        int generation = rolls.wanted().number();
        if (worker.slot() > wanted) {
            return "scaled to " + wanted;
        }
        return worker.generation() == generation
                ? "its successor is ready"
                : "generation " + generation + " takes its place";
    }

    private void fillSlots(long nowNanos) {
        int generation = rolls.wanted().number();
        for (int slot : gap().toFill(slot -> slots.isDue(slot, generation, nowNanos))) {
            start(slot, nowNanos);
        }
    }

    private void start(int slot, long nowNanos) {
        Generation generation = rolls.wanted();
        try {
            ManagedWorker worker = crew.starter().start(slot, generation, wanted, nowNanos, proxy::disconnect);
            roster.add(worker);
            lifecycle.forked(worker);
            worker.child().whenExited(status -> proxy.exited(worker, status));
        } catch (NoThreadException e) {
            LOG.error("cannot start a worker in slot {}: {}", slot, e.getMessage());
            notStarted(slot, generation, e, nowNanos);
        } catch (IOException | RuntimeException e) {
            LOG.error("cannot start a worker in slot {}", slot, e);
            crew.acceptor().spendReserve();
            notStarted(slot, generation, e, nowNanos);
        }
    }

    private void notStarted(int slot, Generation generation, Exception failure, long nowNanos) {
        String why = String.valueOf(failure.getMessage());
        slots.lost(slot, generation.number(), Slot.Loss.FAILURE, why, nowNanos);
        onLost(generation.number(), Slot.Loss.FAILURE, why, null, nowNanos);
    }

    /** Completes the futures of what has come true. */
    private void settle(long nowNanos) {
        List<Integer> missing = gap().missing();
        if (missing.isEmpty()) {
            boot.succeed(crew.completions());
            rolls.commit(nowNanos);
            CompletableFuture<RollResult> next = rolls.takeQueued();
            if (next != null) {
                beginRoll(next, nowNanos);
            }
        } else {
            rolls.limit(missing, nowNanos);
        }
        if (!scaleOrders.isEmpty() && gap().isClosed()) {
            scaleOrders.succeed();
        }
    }

    private void advanceStop(long nowNanos) {
        if (stop.mayClose(nowNanos)) {
            stop.enter(Phase.CLOSING, nowNanos);
            crew.acceptor().stopListening().thenRun(proxy::listeningStopped);
        } else if (stop.isClosingOverdue(nowNanos)) {
            LOG.warn("connections that were let in still wait for a worker: stops without them");
            crew.acceptor().stopConfirmingHandBacks();
            onListeningStopped(nowNanos);
        }
    }

    // --- orders -----------------------------------------------------------------------------------------------------

    void onReload(IfRunning ifRunning, CompletableFuture<RollResult> answer, long nowNanos) {
        if (stop.isOrdered()) {
            rolls.stopped(answer);
        } else if (!rolls.isRunning()) {
            beginRoll(answer, nowNanos);
        } else if (ifRunning == IfRunning.QUEUE) {
            rolls.queue(answer);
        } else {
            rolls.refuse(answer);
        }
    }

    private void beginRoll(CompletableFuture<RollResult> answer, long nowNanos) {
        rolls.begin(answer, wanted, roster.count(WorkerState.READY::equals), nowNanos);
        slots.startAnew(nowNanos);
    }

    void onScale(int count, CompletableFuture<Void> answer) {
        if (stop.isOrdered()) {
            scaleOrders.stopped(answer);
            return;
        }
        Optional<String> refusal = count > wanted ? crew.descriptors().refusal(count) : Optional.empty();
        if (refusal.isPresent()) {
            LOG.warn("does not scale to {} workers: {}", count, refusal.get());
            crew.completions()
                    .fail(answer, new IllegalStateException("cannot scale to " + count + " workers: " + refusal.get()));
            return;
        }
        LOG.info("scales from {} to {} workers", wanted, count);
        crew.events().publish("scale", 0, rolls.wanted().number(), "from " + wanted + " to " + count + " workers");
        wanted = count;
        slots.keep(count);
        scaleOrders.add(count, answer);
    }

    void onScaleBy(int change, CompletableFuture<Void> answer) {
        int count = wanted + change;
        onScale(count >= 1 && count <= mostWorkers() ? count : wanted, answer);
    }

    private int mostWorkers() {
        ClusterSettings settings = rolls.wanted().settings();
        int first = settings.count(Setting.WORKERS);
        int most = settings.count(Setting.WORKERS_MAX);
        return most == 0 ? Math.min(MOST_WORKERS, Math.max(2 * first, first + 4)) : most;
    }

    void onStop(long nowNanos) {
        if (!stop.isOrdered()) {
            LOG.info("stops");
            stop.enter(Phase.ANNOUNCED, nowNanos);
            rolls.stop(nowNanos);
            scaleOrders.stop();
        }
    }

    void onKill(long nowNanos) {
        onStop(nowNanos);
        stop.enter(Phase.DRAINING, nowNanos);
        roster.all().stream()
                .filter(worker -> worker.mayEnter(WorkerState.KILLING))
                .forEach(worker -> lifecycle.kill(worker, nowNanos, "the cluster is ended at once"));
    }

    void onDisconnectOrder(ManagedWorker worker, long nowNanos) {
        retire(worker, nowNanos, "the program asked for it");
    }

    void onListeningStopped(long nowNanos) {
        if (stop.phase() == Phase.CLOSING) {
            stop.enter(Phase.DRAINING, nowNanos);
            roster.all().forEach(worker -> retire(worker, nowNanos, "the cluster stops"));
        }
    }

    private void retire(ManagedWorker worker, long nowNanos, String why) {
        if (!worker.isLeaving()) {
            lifecycle.retire(worker, nowNanos, why);
        }
    }

    void onOverload(String event, String how) {
        crew.events().publish(event, 0, rolls.wanted().number(), how);
    }

    // --- what workers come to ---------------------------------------------------------------------------------------

    @Override
    public void onLost(ManagedWorker worker, WorkerState before, String why, long nowNanos) {
        Slot.Loss loss = slots.lost(worker, before, why, nowNanos);
        onLost(worker.generation(), loss, worker + ": " + why, worker.output(), nowNanos);
    }

    @Override
    public void onExhausted(ManagedWorker worker, String why, long nowNanos) {
        slots.exhausted(worker, why, nowNanos);
    }

    private void onLost(int generation, Slot.Loss loss, String why, @Nullable WorkerOutput output, long nowNanos) {
        rolls.lost(generation, loss, why, output, nowNanos);
        boot.lost(loss, why, output, crew.completions());
    }

    private void onCut(ManagedWorker worker, Cut cut) {
        rolls.noteCut(worker.generation(), cut);
    }

    private void onReady(ManagedWorker worker) {
        rolls.prove(worker.generation());
        boot.workerReady();
    }
}
