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
 * The way of a connection through the master: accepted, given to a worker by the policy, noted in the ledger of a lane,
 * sent; and after the worker's answer dropped, or given to another. What a worker hands back takes the same way once more.
 *
 * <p>One thread, {@code handoff-acceptor}, owns listeners, lanes and ledgers. It waits in its poll, and for a fraction of
 * a millisecond when connections come in crowds, nowhere else. The public methods may be called by any thread
 * and only enqueue. It accepts no more than workers have credit for: beyond that the kernel's backlog is the queue, and
 * only when that fills up are connections taken into a bounded {@link WaitingLine} here.
 */
public final class Acceptor implements AutoCloseable {
    /** Who hears of lanes. Called on the acceptor's thread; must only enqueue. */
    public interface Events {
        /** All lanes of a worker are open. */
        void onLanesOpen(int workerId);

        /** A lane of a worker has come to its end while the process may still live. */
        void onLaneFailed(int workerId, String reason);

        /** A worker said on a lane what makes no sense: what it has taken up there nobody knows. */
        void onLaneBroken(int workerId, String reason);

        /** Clients wait in the master, for the kernel can hardly keep more. */
        default void onOverloadBegin(String how) {}

        /** Nobody waits there any more. */
        default void onOverloadEnd(String how) {}
    }

    private static final int MOST_A_PASS = 64;

    /** What starting a worker and letting it in takes, and as much again. */
    private static final int RESERVE = 32;

    /** So many descriptors must be free before it accepts. */
    public static final int NEEDED_FREE = RESERVE + DescriptorReserve.MARGIN;

    private static final int PAUSE_MILLIS = 10;

    /** So long the acceptor waits for others, for each connection that it has found waiting together. */
    private static final long GATHER_NANOS = 50_000;

    private static final long MOST_GATHER_NANOS = 300_000;

    /** So long the last connections get to be acknowledged: until then they may come back, and somebody must be there. */
    private static final long ANSWER_NANOS = 1_000_000_000;

    private final boolean masterAccepts;
    private final Rotation rotation;
    private final Targets targets;
    private final WakeUp wakeUp;
    private final Rendezvous rendezvous;
    private final Gate gate;
    private final int eventLoops;
    private final DescriptorReserve reserve = new DescriptorReserve(RESERVE);
    private final Unavailable unavailable = new Unavailable();
    private final Overload overload;
    private final WaitingLine waiting;
    private final Moved moved;
    private final Shares shares = new Shares();
    private final Poller poller = new Poller();
    // Not bounded: the supervisor adds at most a few for each change of a worker's state.
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    /** What the supervisor asks for four times a second without waking this thread. */
    private final Map<Integer, Unreceived> unreceived = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> listeningStopped = new CompletableFuture<>();
    private final Thread thread = Threads.daemon("handoff-acceptor", this::run);
    private Thread.UncaughtExceptionHandler failed = (thread, failure) -> {};
    /** Whether the last poll was to find new clients, too. */
    private boolean lookedAtListeners;

    private int accepted;
    private long nowNanos = System.nanoTime();
    private boolean closed;

    /**
     * Listens for lanes; accepts nothing before {@link #start}.
     *
     * @param rendezvousSocket the path that workers connect their lanes to
     */
    public Acceptor(Path rendezvousSocket, ClusterSettings settings, List<Listener> listeners, Events events)
            throws IOException {
        SchedulingPolicy policy = settings.policy();
        this.masterAccepts = policy.masterAccepts();
        this.rotation = new Rotation(policy);
        long patienceNanos = settings.duration(Setting.QUEUE_WAIT).toNanos();
        this.waiting = new WaitingLine(settings.count(Setting.QUEUE_MAX), new Dismissal(patienceNanos, unavailable));
        this.moved = new Moved(new Dismissal(patienceNanos, unavailable));
        this.targets = new Targets(settings, events, reserve, this::putBack, this::takeBack);
        this.eventLoops = settings.count(Setting.EVENT_LOOPS);
        this.overload = new Overload(events);
        this.gate = new Gate(listeners, reserve);
        this.wakeUp = new WakeUp();
        try {
            this.rendezvous = new Rendezvous(Rendezvous.listen(rendezvousSocket), reserve);
        } catch (IOException e) {
            wakeUp.close();
            reserve.close();
            throw e;
        }
    }

    // --- what other threads ask for -------------------------------------------------------------------------------

    /**
     * Begins to accept.
     *
     * @param onFailure called on the acceptor's thread if that fails in a way that nobody foresaw: it accepts no more then
     * @throws NoThreadException if that thread cannot be started; it is to be closed then
     */
    public void start(Thread.UncaughtExceptionHandler onFailure) throws NoThreadException {
        failed = onFailure;
        Threads.start(thread);
    }

    /** Lanes come in there from now on: somebody has removed the socket's file, or it is to be elsewhere. */
    public void listenAgain(Path rendezvousSocket) throws IOException {
        SeqPacketSocket next = Rendezvous.listen(rendezvousSocket);
        command(() -> rendezvous.move(next));
    }

    /**
     * This process has run out of descriptors: its reserve is free for what cannot wait, and no client comes in before it is whole
     * again.
     */
    public void spendReserve() {
        reserve.spend();
    }

    /**
     * Interrupts a scheduling policy that has been choosing for a second or longer. To be called regularly.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public void interruptSlowPolicy(long nowNanos) {
        rotation.watch().interruptIfSlow(nowNanos);
    }

    /** The lanes of that worker may connect from now on; when its connections end is not known. */
    public void expect(int workerId, int slot, long pid, Token token) {
        expect(workerId, slot, pid, token, () -> 0);
    }

    /**
     * The lanes of that worker may connect from now on.
     *
     * @param ended how many of the connections that it was given have ended; called on the acceptor's thread when the policy asks
     */
    public void expect(int workerId, int slot, long pid, Token token, LongSupplier ended) {
        Target target = new Target(workerId, slot, pid, token, eventLoops, ended);
        unreceived.put(workerId, target.unreceived());
        command(() -> targets.add(target));
    }

    /**
     * Since when a worker has received nothing, though there is something for it; empty if there is not.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public OptionalLong unreceivedSince(int workerId, long nowNanos) {
        Unreceived owed = unreceived.get(workerId);
        return owed == null ? OptionalLong.empty() : owed.longest(nowNanos);
    }

    /**
     * Takes a worker into rotation.
     *
     * @param services how it serves each listener, by their keys; empty: as it pleases
     */
    public void workerReady(int workerId, List<Service> services) {
        commandFor(workerId, target -> onReady(target, services));
    }

    /** Takes a worker out of rotation; it may come back. */
    public void workerSuspended(int workerId) {
        commandFor(workerId, target -> target.setInRotation(false));
    }

    /**
     * Moves connections that are at rest from workers that have many to others.
     *
     * @param shed how many whoever has too many is asked for, by id
     * @param light the ids of those who may get them
     */
    public void balance(Map<Integer, Integer> shed, Set<Integer> light) {
        command(() -> targets.balance(shed, light));
    }

    /** Hands a connection of the master's own to that worker alone. */
    public void probe(int workerId, Offer offer) {
        command(() -> onProbe(targets.get(workerId), new Pending(offer)));
    }

    /** Takes a worker out of rotation for good; it hears so on every lane, behind the last connection. */
    public void drain(int workerId) {
        commandFor(workerId, Target::drain);
    }

    /** The kernel has reported the end of that worker's process: whoever it had not acknowledged goes to another. */
    public void workerExited(int workerId) {
        unreceived.remove(workerId);
        command(() -> targets.exited(workerId, nowNanos));
    }

    /**
     * Lets nobody new in, for good.
     *
     * @return done when the listeners are closed and all who were let in before are with workers, who have acknowledged
     *     them or had a second for it
     */
    public CompletableFuture<Void> stopListening() {
        command(() -> gate.startClosing(nowNanos));
        return listeningStopped;
    }

    /** All workers are about to leave: each keeps what it would hand back. So it is, too, when {@link #stopListening} is done. */
    public void takeNothingBack() {
        command(targets::takeNothingBack);
    }

    /** Ends the thread, closes listeners, lanes and every connection that no worker has; waits for that. */
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

    private void commandFor(int workerId, Consumer<Target> action) {
        command(() -> {
            Target target = targets.get(workerId);
            if (target != null) {
                action.accept(target);
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
            // At once: what is closed first may fail in the same way, or wait.
            Fatal.end(thread, e);
        } finally {
            closeAll();
        }
    }

    private void pass() throws UnixException {
        letGather();
        poll();
        targets.readAnswers(poller, nowNanos);
        runCommands();
        targets.decide(gate.isOpen(), nowNanos);
        handOut();
        targets.flush(nowNanos);
        finishClosing();
    }

    /**
     * Lets a crowd gather, as network cards hold their interrupts back: each wake-up of this thread and of a worker, and each
     * frame, then serves several connections. While they come one at a time none is kept waiting.
     */
    private void letGather() {
        if (accepted > 1) {
            LockSupport.parkNanos(Math.min(accepted * GATHER_NANOS, MOST_GATHER_NANOS));
        }
    }

    private void poll() throws UnixException {
        rotation.renew(targets.all(), nowNanos);
        poller.clear();
        int wake = poller.add(wakeUp.fd(), Poller.IN);
        int door = rendezvous.addTo(poller, nowNanos);
        lookedAtListeners = isAccepting();
        if (lookedAtListeners) {
            gate.addTo(poller);
        }
        targets.addTo(poller);
        int told = unavailable.addTo(poller);
        poller.poll(timeoutMillis());
        nowNanos = System.nanoTime();
        if (poller.isReady(wake)) {
            wakeUp.reset();
        }
        rendezvous.receive(poller, door, nowNanos, targets::admit);
        unavailable.closeRead(poller, told, nowNanos);
    }

    /** Without credit anywhere the kernel's backlog is the queue; whoever is in ours comes first. */
    private boolean isAccepting() {
        return mayAcceptNow() && waiting.isEmpty() && !rotation.isEmpty();
    }

    private boolean mayAcceptNow() {
        return (masterAccepts || gate.isClosing()) && gate.mayAccept(nowNanos);
    }

    /** A little while only, where something is to be done that no descriptor tells of. */
    private int timeoutMillis() {
        if (moved.isFresh()) {
            return 0;
        }
        boolean paused = !lookedAtListeners && masterAccepts && !gate.isClosed();
        boolean stopping = !gate.isOpen() && !listeningStopped.isDone();
        boolean waits = !waiting.isEmpty() || !moved.isEmpty() || targets.hasUnsent() || targets.hasUndecided();
        boolean timed = overload.isBegun() || !unavailable.isEmpty() || rendezvous.isTimed(nowNanos);
        return paused || stopping || waits || timed ? PAUSE_MILLIS : -1;
    }

    /** After the answers, for a command may close lanes that were polled. */
    private void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private void handOut() throws UnixException {
        long told = unavailable.answered();
        rotation.renew(targets.all(), nowNanos);
        boolean full = rotation.isEmpty();
        boolean newHadTheirTurn = !waiting.isEmpty() || lookedAtListeners || !mayAcceptNow();
        giveToNew(newHadTheirTurn ? shares.ofNew(rotation.credit(), !moved.isEmpty()) : 0);
        moved.handOut(rotation, targets.all(), shares.ofHandedBack(rotation.credit(), newHadTheirTurn), nowNanos);
        moved.thinOut(nowNanos);
        boolean relieved = full && letWait();
        if (relieved || unavailable.answered() > told) {
            overload.begin(countWaiting(), told, nowNanos);
        }
        overload.advance(countWaiting(), unavailable.answered(), nowNanos);
    }

    /** Those who have waited come first. */
    private void giveToNew(int most) {
        int given = 0;
        for (; given < most && !waiting.isEmpty() && !rotation.isEmpty(); given++) {
            rotation.give(waiting.removeFirst());
        }
        accepted = 0;
        if (lookedAtListeners) {
            accepted = gate.acceptReady(poller, Math.min(MOST_A_PASS, most - given), nowNanos, rotation::give);
        }
    }

    /**
     * Nobody can take one more: whom the kernel can hardly keep waits here, in the place of those who are told so instead. Gives
     * whether somebody does.
     */
    private boolean letWait() throws UnixException {
        boolean mayAccept = masterAccepts && gate.mayAccept(nowNanos);
        waiting.thinOut(mayAccept && waiting.room() == 0 ? gate.excess() : 0, nowNanos);
        return mayAccept && waiting.room() > 0 && gate.relieve(waiting.room(), nowNanos, this::wait) > 0;
    }

    private int countWaiting() {
        return waiting.size() + moved.size();
    }

    private void wait(Pending connection) {
        waiting.addLast(connection, nowNanos);
    }

    private void finishClosing() {
        gate.finishClosing(nowNanos, this::wait);
        if (gate.isClosed() && !listeningStopped.isDone() && waiting.isEmpty() && moved.isEmpty() && !isUnderWay()) {
            targets.takeNothingBack();
            listeningStopped.complete(null);
        }
    }

    private boolean isUnderWay() {
        return targets.isUnderWay(nowNanos - gate.closedNanos() < ANSWER_NANOS);
    }

    private void onReady(Target target, List<Service> services) {
        target.setServices(services);
        unavailable.setServices(services);
        if (!masterAccepts && !target.isDraining() && !target.hasListeners() && gate.isOpen()) {
            target.share(gate.listeners());
        }
        target.setInRotation(true);
    }

    private static void onProbe(@Nullable Target target, Pending probe) {
        if (target == null || target.isDraining() || target.credit() == 0) {
            probe.close();
        } else {
            target.assign(probe, target.lastTurn());
        }
    }

    /** Lets connections wait once more, in the order in which they came. Probes are nobody else's. */
    private void putBack(List<Pending> returned) {
        List<Pending> handedBack = new ArrayList<>();
        for (Pending connection : returned) {
            if (connection.isProbe()) {
                connection.close();
            } else if (connection.from() != null) {
                handedBack.add(connection);
            } else {
                waiting.putBack(connection, nowNanos);
            }
        }
        moved.putBack(handedBack, nowNanos);
    }

    private void takeBack(Pending connection) {
        moved.addLast(connection, nowNanos);
    }

    private void closeAll() {
        gate.close();
        rendezvous.close();
        targets.close();
        runCommands();
        waiting.close(nowNanos);
        moved.close(nowNanos);
        unavailable.close();
        reserve.close();
        wakeUp.close();
        listeningStopped.complete(null);
    }
}
