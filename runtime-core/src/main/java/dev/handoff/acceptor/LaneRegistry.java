package dev.handoff.acceptor;

import dev.handoff.acceptor.Lane.HandBackDecision;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The lanes of all workers, by the workers' ids. Sends on them, reads the answers, and decides what becomes of connections when a
 * worker refuses them, hands them back, drains or dies. The acceptor's thread only.
 */
final class LaneRegistry {
    private static final Logger LOG = Logs.of(LaneRegistry.class);

    /** How long a worker rests that has refused a connection. */
    private static final long REST_NANOS = 50_000_000;

    /** How long a hand-back of a draining worker is kept while no other worker is ready for it; then it is returned. */
    private static final long KEEP_NANOS = 1_000_000_000;

    /** For each lane: a worker that hands back thousands must not hold up the others and new clients. */
    private static final int MOST_READ_A_PASS = 64;

    private final RareLog shortages = new RareLog(LOG);
    private final RareLog closed = new RareLog(LOG);

    private final Map<Integer, WorkerLanes> byWorker = new TreeMap<>();
    private final List<Lane> polledLanes = new ArrayList<>();
    private final Acceptor.Events events;
    private final DescriptorReserve reserve;
    private final Consumer<List<PendingConnection>> putBack;
    private final Consumer<PendingConnection> handedBack;
    private final int credit;
    private int firstPolled;
    private boolean confirms = true;

    /**
     * A registry without workers.
     *
     * @param putBack gets connections that go to other workers, those that have waited longest first
     * @param handedBack gets a connection that a worker has handed back, when that worker has been told
     */
    LaneRegistry(
            ClusterSettings settings,
            Acceptor.Events events,
            DescriptorReserve reserve,
            Consumer<List<PendingConnection>> putBack,
            Consumer<PendingConnection> handedBack) {
        this.credit = settings.count(Setting.CREDIT);
        this.events = events;
        this.reserve = reserve;
        this.putBack = putBack;
        this.handedBack = handedBack;
    }

    Collection<WorkerLanes> all() {
        return byWorker.values();
    }

    @Nullable
    WorkerLanes get(int workerId) {
        return byWorker.get(workerId);
    }

    // --- lanes ----------------------------------------------------------------------------------------------------

    /** Adds the lanes to a poll. */
    void addTo(Poller poller) {
        firstPolled = poller.size();
        polledLanes.clear();
        for (WorkerLanes worker : byWorker.values()) {
            for (Lane lane : worker.lanes()) {
                if (lane.isReadable()) {
                    poller.add(lane.fd(), Poller.IN);
                    polledLanes.add(lane);
                }
            }
        }
    }

    /** Whether a lane that was polled has something to send. */
    boolean hasUnsent() {
        for (Lane lane : polledLanes) {
            if (lane.hasUnsent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether connections wait to be sent.
     *
     * @param unanswered whether those count too that wait for the worker's answer
     */
    boolean isUnderWay(boolean unanswered) {
        for (WorkerLanes worker : byWorker.values()) {
            for (Lane lane : worker.lanes()) {
                if (lane.hasUnsent() || (unanswered && lane.hasUnanswered())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Reads from those lanes that the last poll found ready. */
    void readAnswers(Poller poller, long nowNanos) {
        for (int index = 0; index < polledLanes.size(); index++) {
            if (poller.isReady(firstPolled + index)) {
                readAnswers(polledLanes.get(index), nowNanos, false);
            }
        }
    }

    private void readAnswers(Lane lane, long nowNanos, boolean dead) {
        WorkerLanes worker = lane.worker();
        try {
            lane.readAnswers(new FromLane(lane, nowNanos, dead), nowNanos, dead ? Integer.MAX_VALUE : MOST_READ_A_PASS);
        } catch (IOException e) {
            dropLane(worker, lane);
            events.onLaneBroken(worker.workerId(), String.valueOf(e.getMessage()));
            return;
        }
        if (!lane.isReadable()) {
            onLaneEnd(worker, lane);
        }
    }

    private final class FromLane implements Lane.Answers {
        private final Lane lane;
        private final long nowNanos;
        private final boolean dead;

        FromLane(Lane lane, long nowNanos, boolean dead) {
            this.lane = lane;
            this.nowNanos = nowNanos;
            this.dead = dead;
        }

        /** Other workers get the connections; the worker that refused rests a little. */
        @Override
        public void onRefused(List<PendingConnection> refused, Refusal reason) {
            WorkerLanes worker = lane.worker();
            LOG.debug("worker {} refused {} connections: {}", worker.workerId(), refused.size(), reason);
            worker.refused(refused, nowNanos + REST_NANOS);
            putBack.accept(reason == Refusal.UNKNOWN_STATE ? survivors(worker, refused) : refused);
        }

        @Override
        public HandBackDecision onHandedBack(PendingConnection connection) {
            if (dead || hasReadyWorkerFor(connection, nowNanos)) {
                return HandBackDecision.CONFIRM;
            }
            return lane.worker().isDraining() ? HandBackDecision.KEEP : HandBackDecision.RETURN;
        }

        @Override
        public void onDescriptorLost() {
            reserve.spend();
            shortages.warn("cannot receive a connection that worker "
                    + lane.worker().workerId() + " hands back: no descriptor is free; it stays with that worker");
        }
    }

    /**
     * Decides about the hand-backs that are kept because no worker was ready for them. When a connection is returned its worker may
     * use it at once, and a death of that worker then loses the connection. So it is kept as long as another worker may become ready.
     *
     * @param mayBecomeReady whether another worker may become ready
     */
    void decideKept(boolean mayBecomeReady, long nowNanos) {
        long keptTooLongNanos = mayBecomeReady ? nowNanos - KEEP_NANOS : nowNanos;
        for (WorkerLanes worker : byWorker.values()) {
            for (Lane lane : worker.lanes()) {
                if (lane.hasKept()) {
                    lane.decideKept((connection, sinceNanos) ->
                            decideAgain(connection, sinceNanos - keptTooLongNanos <= 0, nowNanos));
                }
            }
        }
    }

    private HandBackDecision decideAgain(PendingConnection connection, boolean keptTooLong, long nowNanos) {
        if (hasReadyWorkerFor(connection, nowNanos)) {
            return HandBackDecision.CONFIRM;
        }
        return keptTooLong ? HandBackDecision.RETURN : HandBackDecision.KEEP;
    }

    /** Whether hand-backs are kept. */
    boolean hasKept() {
        for (WorkerLanes worker : byWorker.values()) {
            for (Lane lane : worker.lanes()) {
                if (lane.hasKept()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** No hand-back is confirmed from now on: all workers are about to leave, and none could do more with a connection. */
    void stopConfirming() {
        confirms = false;
    }

    /** A worker on trial does not count: what it refused in the end would have no worker at all. */
    private boolean hasReadyWorkerFor(PendingConnection connection, long nowNanos) {
        return confirms
                && byWorker.values().stream()
                        .anyMatch(worker ->
                                worker.isInRotation() && !worker.isOnTrial(nowNanos) && worker.shouldGet(connection));
    }

    /** Lets workers with many connections shed some, which the light ones get. */
    void balance(Map<Integer, Integer> shed, Set<Integer> light) {
        byWorker.forEach((workerId, worker) -> {
            worker.setLight(light.contains(workerId));
            if (shed.containsKey(workerId) && worker.isInRotation()) {
                worker.shed(shed.get(workerId));
            }
        });
    }

    /** A draining worker may close its lanes; for any other that is a failure. */
    private void onLaneEnd(WorkerLanes worker, Lane lane) {
        if (worker.isDraining()) {
            putBack.accept(lane.removeUnsent());
        } else {
            fail(worker, lane, "the worker closed it");
        }
    }

    /** Sends what has been assigned and ordered, on all lanes. */
    void flush(long nowNanos) {
        for (WorkerLanes worker : byWorker.values()) {
            for (Lane lane : worker.lanes()) {
                if (lane.hasUnsent()) {
                    flush(worker, lane, nowNanos);
                }
            }
        }
    }

    private void flush(WorkerLanes worker, Lane lane, long nowNanos) {
        try {
            lane.flush(nowNanos);
        } catch (UnixException e) {
            fail(worker, lane, e.getMessage());
        }
        lane.removeConfirmed().forEach(handedBack);
    }

    private void fail(WorkerLanes worker, Lane lane, @Nullable String reason) {
        dropLane(worker, lane);
        events.onLaneFailed(worker.workerId(), String.valueOf(reason));
    }

    /** A worker that has lost a lane drains; it is told so on the others. */
    private void dropLane(WorkerLanes worker, Lane lane) {
        putBack.accept(lane.removeUnsent());
        worker.drain();
    }

    // --- what happens to workers ----------------------------------------------------------------------------------

    void add(WorkerLanes worker) {
        byWorker.put(worker.workerId(), worker);
    }

    /** Admits a lane if its process is a worker that is expected to open it. */
    boolean admit(LaneSocket channel, int peerPid) {
        long workerId = channel.workerId();
        WorkerLanes worker = workerId == (int) workerId ? byWorker.get((int) workerId) : null;
        if (worker == null || !worker.admits(peerPid, channel.token(), channel.lane())) {
            return false;
        }
        Lane lane = worker.open(channel.lane(), channel, credit);
        if (worker.isDraining()) {
            lane.orderDrain();
        }
        if (worker.allLanesOpen()) {
            events.onLanesOpen(worker.workerId());
        }
        return true;
    }

    /** That worker's process has ended: what it had not acknowledged goes to other workers. */
    void exited(int workerId, long nowNanos) {
        WorkerLanes worker = byWorker.remove(workerId);
        if (worker == null) {
            return;
        }
        worker.startDraining();
        for (Lane lane : worker.lanes()) {
            readAnswers(lane, nowNanos, true);
            putBack.accept(lane.removeUnsent());
            putBack.accept(lane.removeUntold());
            putBack.accept(survivors(worker, lane.removeUnanswered()));
        }
        worker.close();
    }

    private List<PendingConnection> survivors(WorkerLanes worker, List<PendingConnection> unanswered) {
        List<PendingConnection> survivors = new ArrayList<>();
        for (PendingConnection connection : unanswered) {
            if (connection.survivesFailure()) {
                survivors.add(connection);
            } else {
                closed.warn("closed the connection from "
                        + connection.offer().peer().decode() + ": worker " + worker.workerId()
                        + " is the last of those that failed to serve it");
                connection.close();
            }
        }
        return survivors;
    }

    void close() {
        byWorker.values().forEach(WorkerLanes::close);
        byWorker.clear();
    }
}
