package dev.handoff.acceptor;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.cluster.Setting;
import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Poller;
import dev.handoff.unix.SeqPacketSocket;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a connection through the master. It is accepted, assigned to a worker by the policy, offered on a lane and noted in
 * the lane's ledger. When the worker acknowledges it the master closes its duplicate; when the worker refuses it another worker
 * gets it. A connection that a worker hands back goes the same way again.
 *
 * <p>One thread, {@code handoff-acceptor}, owns listeners, lanes and ledgers. It waits only in its poll, and for a fraction of a
 * millisecond when many connections come at once. The public methods may be called by any thread and only enqueue. The acceptor
 * accepts no more connections than workers have credit for. The others stay in the kernel's backlog; only when that is nearly full
 * are they accepted into a bounded {@link OverloadQueue}.
 */
public final class Acceptor implements AutoCloseable {
    /** Gets the events of lanes. Called on the acceptor's thread; must only enqueue. */
    public interface Events {
        /** All lanes of a worker are open. */
        void onLanesOpen(int workerId);

        /** A lane of a worker has ended while the process may still live. */
        void onLaneFailed(int workerId, String reason);

        /** A worker sent an invalid frame on a lane. Which connections of that lane it has acknowledged is unknown. */
        void onLaneBroken(int workerId, String reason);

        /** Clients wait in the master, because a backlog is nearly full. */
        default void onOverloadBegin(String how) {}

        /** No client waits in the master any more. */
        default void onOverloadEnd(String how) {}
    }

    private static final int MOST_A_PASS = 64;

    /** Twice the descriptors that the start of a worker and its lanes need. */
    private static final int RESERVE = 32;

    /** The descriptors that must be free before the acceptor accepts a connection. */
    public static final int NEEDED_FREE = RESERVE + DescriptorReserve.MARGIN;

    private static final int PAUSE_MILLIS = 10;

    /** How long the acceptor waits for more, for each connection that it accepted in the last pass. */
    private static final long GATHER_NANOS = 50_000;

    private static final long MOST_GATHER_NANOS = 300_000;

    /** The time for the last connections to be acknowledged. Until then a worker may refuse them, and the acceptor must go on. */
    private static final long LAST_ANSWER_NANOS = 1_000_000_000;

    private final boolean masterAccepts;
    private final Rotation rotation;
    private final LaneRegistry lanes;
    private final WakeUp wakeUp;
    private final LaneListener laneListener;
    private final ListenerGroup listeners;
    private final int eventLoops;
    private final DescriptorReserve reserve = new DescriptorReserve(RESERVE);
    private final OverloadResponse overloadResponse = new OverloadResponse();
    private final Overload overload;
    private final OverloadQueue queue;
    private final HandedBackQueue handedBack;
    private final CreditSplit creditSplit = new CreditSplit();
    private final Poller poller = new Poller();
    // Not bounded: the supervisor adds at most a few for each change of a worker's state.
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    /** By worker id. The supervisor reads it four times a second without waking this thread. */
    private final Map<Integer, OldestUnanswered> unanswered = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> listeningStopped = new CompletableFuture<>();
    private final Thread thread = Threads.daemon("handoff-acceptor", this::run);
    private Thread.UncaughtExceptionHandler failed = (thread, failure) -> {};
    /** Whether the last poll included the listeners. */
    private boolean polledListeners;

    /** Connections accepted in the last pass. */
    private int accepted;

    private long nowNanos = System.nanoTime();
    private boolean closed;

    /**
     * Listens for lanes; accepts no connection before {@link #start}.
     *
     * @param rendezvousSocket the path that workers connect their lanes to
     */
    public Acceptor(Path rendezvousSocket, ClusterSettings settings, List<Listener> opened, Events events)
            throws IOException {
        SchedulingPolicy policy = settings.policy();
        this.masterAccepts = policy.masterAccepts();
        this.rotation = new Rotation(policy);
        long patienceNanos = settings.duration(Setting.QUEUE_WAIT).toNanos();
        this.queue = new OverloadQueue(
                settings.count(Setting.QUEUE_MAX), new QueueEviction(patienceNanos, overloadResponse));
        this.handedBack = new HandedBackQueue(new QueueEviction(patienceNanos, overloadResponse));
        this.lanes = new LaneRegistry(settings, events, reserve, this::putBack, this::enqueueHandedBack);
        this.eventLoops = settings.count(Setting.EVENT_LOOPS);
        this.overload = new Overload(events);
        this.listeners = new ListenerGroup(opened, reserve);
        this.wakeUp = new WakeUp();
        try {
            this.laneListener = new LaneListener(LaneListener.listen(rendezvousSocket), reserve);
        } catch (IOException e) {
            wakeUp.close();
            reserve.close();
            throw e;
        }
    }

    // --- called by other threads ------------------------------------------------------------------------------------

    /**
     * Begins to accept.
     *
     * @param onFailure called on the acceptor's thread if it fails unexpectedly: it accepts no more then
     * @throws NoThreadException if that thread cannot be started; the caller must close the acceptor then
     */
    public void start(Thread.UncaughtExceptionHandler onFailure) throws NoThreadException {
        failed = onFailure;
        Threads.start(thread);
    }

    /** Opens another rendezvous socket for lanes, because the file of the last one was removed, or the path has changed. */
    public void listenAgain(Path rendezvousSocket) throws IOException {
        SeqPacketSocket next = LaneListener.listen(rendezvousSocket);
        command(() -> laneListener.move(next));
    }

    /**
     * This process has run out of descriptors. Its reserve is closed for what cannot wait, and no connection is accepted before the
     * reserve is whole again.
     */
    public void spendReserve() {
        reserve.spend();
    }

    /**
     * Interrupts a scheduling policy that has been choosing for a second or longer. Must be called regularly.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public void interruptSlowPolicy(long nowNanos) {
        rotation.watch().interruptIfSlow(nowNanos);
    }

    /** Lets the lanes of that worker connect from now on. When its connections end is not known. */
    public void expect(int workerId, int slot, long pid, Token token) {
        expect(workerId, slot, pid, token, () -> 0);
    }

    /**
     * Lets the lanes of that worker connect from now on.
     *
     * @param ended how many of the connections that it was given have ended; called on the acceptor's thread when the policy asks
     */
    public void expect(int workerId, int slot, long pid, Token token, LongSupplier ended) {
        WorkerLanes worker = new WorkerLanes(workerId, slot, pid, token, eventLoops, ended);
        unanswered.put(workerId, worker.unanswered());
        command(() -> lanes.add(worker));
    }

    /**
     * Since when a worker has answered nothing, though connections were offered to it; empty if all are answered.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public OptionalLong unansweredSince(int workerId, long nowNanos) {
        OldestUnanswered ofWorker = unanswered.get(workerId);
        return ofWorker == null ? OptionalLong.empty() : ofWorker.oldest(nowNanos);
    }

    /**
     * Puts a worker into rotation.
     *
     * @param services how it serves each listener, by their keys; empty: unknown
     */
    public void workerReady(int workerId, List<Service> services) {
        commandFor(workerId, worker -> onReady(worker, services));
    }

    /** Takes a worker out of rotation; {@link #workerReady} puts it back. */
    public void workerSuspended(int workerId) {
        commandFor(workerId, worker -> worker.setInRotation(false));
    }

    /**
     * Moves connections that are at rest from workers with many to workers with few.
     *
     * @param shed connections to ask back, by worker id
     * @param light the ids of the workers that may get them
     */
    public void balance(Map<Integer, Integer> shed, Set<Integer> light) {
        command(() -> lanes.balance(shed, light));
    }

    /** Offers a probe, a connection of the master's own, to that worker alone. */
    public void probe(int workerId, Offer offer) {
        command(() -> onProbe(lanes.get(workerId), new PendingConnection(offer)));
    }

    /** Takes a worker out of rotation for good, and tells it so on every lane, behind the last connection. */
    public void drain(int workerId) {
        commandFor(workerId, WorkerLanes::drain);
    }

    /** The kernel has reported the end of that worker's process. What it had not acknowledged goes to other workers. */
    public void workerExited(int workerId) {
        unanswered.remove(workerId);
        command(() -> lanes.exited(workerId, nowNanos));
    }

    /**
     * Refuses new connections, for good.
     *
     * @return done when the listeners are closed and all accepted connections were sent to workers, and the workers have acknowledged
     *     them or have had a second for it
     */
    public CompletableFuture<Void> stopListening() {
        command(() -> listeners.startClosing(nowNanos));
        return listeningStopped;
    }

    /**
     * Confirms no hand-back from now on, because all workers are about to leave: the connections stay with them. The end of {@link
     * #stopListening} has the same effect.
     */
    public void stopConfirmingHandBacks() {
        command(lanes::stopConfirming);
    }

    /** Ends the thread, closes listeners, lanes and every connection that no worker has. Waits until that is done. */
    @Override
    public void close() {
        if (thread.getState() == Thread.State.NEW) {
            closeAll();
            return;
        }
        command(() -> closed = true);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void command(Runnable command) {
        commands.add(command);
        wakeUp.signal();
    }

    private void commandFor(int workerId, Consumer<WorkerLanes> action) {
        command(() -> {
            WorkerLanes worker = lanes.get(workerId);
            if (worker != null) {
                action.accept(worker);
            }
        });
    }

    // --- the loop -------------------------------------------------------------------------------------------------

    private void run() {
        try {
            while (!closed) {
                pass();
            }
        } catch (UnixException | RuntimeException e) {
            failed.uncaughtException(thread, e);
        } catch (Error e) {
            // Before the rest is closed, which may fail in the same way, or wait.
            Fatal.end(thread, e);
        } finally {
            closeAll();
        }
    }

    private void pass() throws UnixException {
        awaitMore();
        poll();
        lanes.readAnswers(poller, nowNanos);
        runCommands();
        lanes.decideKept(listeners.isOpen(), nowNanos);
        assign();
        lanes.flush(nowNanos);
        finishClosing();
    }

    /**
     * Waits for more connections when several came at once, as network cards hold their interrupts back: each wake-up of this thread
     * and of a worker, and each frame, then serves several. Connections that come one at a time do not wait.
     */
    private void awaitMore() {
        if (accepted > 1) {
            LockSupport.parkNanos(Math.min(accepted * GATHER_NANOS, MOST_GATHER_NANOS));
        }
    }

    private void poll() throws UnixException {
        rotation.renew(lanes.all(), nowNanos);
        poller.clear();
        int wake = poller.add(wakeUp.fd(), Poller.IN);
        int firstNewLane = laneListener.addTo(poller, nowNanos);
        polledListeners = isAccepting();
        if (polledListeners) {
            listeners.addTo(poller);
        }
        lanes.addTo(poller);
        int firstAnswered = overloadResponse.addTo(poller);
        poller.poll(timeoutMillis());
        nowNanos = System.nanoTime();
        if (poller.isReady(wake)) {
            wakeUp.reset();
        }
        laneListener.receive(poller, firstNewLane, nowNanos, lanes::admit);
        overloadResponse.closeRead(poller, firstAnswered, nowNanos);
    }

    /** Without credit, new connections stay in the backlog. Those in the overload queue come first. */
    private boolean isAccepting() {
        return mayAcceptNow() && queue.isEmpty() && !rotation.isEmpty();
    }

    private boolean mayAcceptNow() {
        return (masterAccepts || listeners.isClosing()) && listeners.mayAccept(nowNanos);
    }

    /** Short where there is something to do that no descriptor announces. */
    private int timeoutMillis() {
        if (handedBack.mayAssignMore()) {
            return 0;
        }
        boolean paused = !polledListeners && masterAccepts && !listeners.isClosed();
        boolean stopping = !listeners.isOpen() && !listeningStopped.isDone();
        boolean waits = !queue.isEmpty() || !handedBack.isEmpty() || lanes.hasUnsent() || lanes.hasKept();
        boolean timed = overload.isBegun() || !overloadResponse.isEmpty() || laneListener.isTimed(nowNanos);
        return paused || stopping || waits || timed ? PAUSE_MILLIS : -1;
    }

    /** Runs after the answers were read, because a command may close lanes that were polled. */
    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private void assign() throws UnixException {
        long answeredBefore = overloadResponse.answered();
        rotation.renew(lanes.all(), nowNanos);
        boolean full = rotation.isEmpty();
        boolean newHadTheirTurn = !queue.isEmpty() || polledListeners || !mayAcceptNow();
        assignNew(newHadTheirTurn ? creditSplit.ofNew(rotation.credit(), !handedBack.isEmpty()) : 0);
        handedBack.assign(
                rotation, lanes.all(), creditSplit.ofHandedBack(rotation.credit(), newHadTheirTurn), nowNanos);
        handedBack.evict(nowNanos);
        boolean queued = full && queueExcess();
        if (queued || overloadResponse.answered() > answeredBefore) {
            overload.begin(countWaiting(), answeredBefore, nowNanos);
        }
        overload.advance(countWaiting(), overloadResponse.answered(), nowNanos);
    }

    /** Those in the overload queue come first. */
    private void assignNew(int most) {
        int assigned = 0;
        for (; assigned < most && !queue.isEmpty() && !rotation.isEmpty(); assigned++) {
            rotation.assign(queue.removeFirst());
        }
        accepted = 0;
        if (polledListeners) {
            accepted =
                    listeners.acceptReady(poller, Math.min(MOST_A_PASS, most - assigned), nowNanos, rotation::assign);
        }
    }

    /**
     * No worker has credit. When a backlog is nearly full, connections are accepted into the overload queue; when that is full, the
     * last requests in it are answered 503 to make room.
     *
     * @return whether a connection was queued
     */
    private boolean queueExcess() throws UnixException {
        boolean mayAccept = masterAccepts && listeners.mayAccept(nowNanos);
        queue.evict(mayAccept && queue.room() == 0 ? listeners.excess() : 0, nowNanos);
        return mayAccept && queue.room() > 0 && listeners.acceptExcess(queue.room(), nowNanos, this::enqueue) > 0;
    }

    private int countWaiting() {
        return queue.size() + handedBack.size();
    }

    private void enqueue(PendingConnection connection) {
        queue.addLast(connection, nowNanos);
    }

    private void finishClosing() {
        listeners.finishClosing(nowNanos, this::enqueue);
        if (listeners.isClosed()
                && !listeningStopped.isDone()
                && queue.isEmpty()
                && handedBack.isEmpty()
                && !isUnderWay()) {
            lanes.stopConfirming();
            listeningStopped.complete(null);
        }
    }

    private boolean isUnderWay() {
        return lanes.isUnderWay(nowNanos - listeners.closedNanos() < LAST_ANSWER_NANOS);
    }

    private void onReady(WorkerLanes worker, List<Service> services) {
        worker.setServices(services);
        overloadResponse.setServices(services);
        if (!masterAccepts && !worker.isDraining() && !worker.hasListeners() && listeners.isOpen()) {
            worker.share(listeners.all());
        }
        worker.setInRotation(true);
    }

    private static void onProbe(@Nullable WorkerLanes worker, PendingConnection probe) {
        if (worker == null || worker.isDraining() || worker.credit() == 0) {
            probe.close();
        } else {
            worker.assign(probe, worker.lastTurn());
        }
    }

    /** Puts connections back into their queues, in the order of their arrival. A probe is for one worker only, and is closed. */
    private void putBack(List<PendingConnection> returned) {
        List<PendingConnection> wereHandedBack = new ArrayList<>();
        for (PendingConnection connection : returned) {
            if (connection.isProbe()) {
                connection.close();
            } else if (connection.from() != null) {
                wereHandedBack.add(connection);
            } else {
                queue.putBack(connection, nowNanos);
            }
        }
        handedBack.putBack(wereHandedBack, nowNanos);
    }

    private void enqueueHandedBack(PendingConnection connection) {
        handedBack.addLast(connection, nowNanos);
    }

    private void closeAll() {
        listeners.close();
        laneListener.close();
        lanes.close();
        runCommands();
        queue.close(nowNanos);
        handedBack.close(nowNanos);
        overloadResponse.close();
        reserve.close();
        wakeUp.close();
        listeningStopped.complete(null);
    }
}
