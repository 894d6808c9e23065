package dev.handoff.acceptor;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.HandoffChannel;
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
import org.slf4j.LoggerFactory;

/**
 * The workers by their numbers, and what becomes of connections on their lanes: sent, answered, and given back when a
 * worker refuses them, leaves, or dies. The acceptor's thread only.
 */
final class Targets {
    private static final Logger LOG = LoggerFactory.getLogger(Targets.class);

    /** So long a worker that refused is left alone. */
    private static final long REST_NANOS = 50_000_000;

    /** So long what a leaving worker hands back is kept for somebody to come who can take it, or for the worker's end. */
    private static final long HOPE_NANOS = 1_000_000_000;

    /** Of one lane: a worker that hands back thousands is not to keep the others and new clients waiting. */
    private static final int MOST_READ_A_PASS = 64;

    private final RareLog shortages = new RareLog(LOG);
    private final RareLog closed = new RareLog(LOG);

    private final Map<Integer, Target> byWorker = new TreeMap<>();
    private final List<Lane> polledLanes = new ArrayList<>();
    private final Acceptor.Events events;
    private final DescriptorReserve reserve;
    private final Consumer<List<Pending>> putBack;
    private final Consumer<Pending> handedBack;
    private final int credit;
    private int firstPolled;
    private boolean takesBack = true;

    /**
     * None yet.
     *
     * @param putBack takes connections that are to be given to others, those that have waited longest first
     * @param handedBack takes one that a worker has had, and hands back
     */
    Targets(
            ClusterSettings settings,
            Acceptor.Events events,
            DescriptorReserve reserve,
            Consumer<List<Pending>> putBack,
            Consumer<Pending> handedBack) {
        this.credit = settings.count(Setting.CREDIT);
        this.events = events;
        this.reserve = reserve;
        this.putBack = putBack;
        this.handedBack = handedBack;
    }

    Collection<Target> all() {
        return byWorker.values();
    }

    @Nullable
    Target get(int workerId) {
        return byWorker.get(workerId);
    }

    // --- lanes ----------------------------------------------------------------------------------------------------

    /** Adds the lanes to a poll. */
    void addTo(Poller poller) {
        firstPolled = poller.size();
        polledLanes.clear();
        for (Target target : byWorker.values()) {
            for (Lane lane : target.lanes()) {
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

    /** Whether connections are still to be sent, or, if that is wanted, to be acknowledged. */
    boolean isUnderWay(boolean unanswered) {
        for (Target target : byWorker.values()) {
            for (Lane lane : target.lanes()) {
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
        Target target = lane.target();
        try {
            lane.readAnswers(new FromLane(lane, nowNanos, dead), nowNanos, dead ? Integer.MAX_VALUE : MOST_READ_A_PASS);
        } catch (IOException e) {
            dropLane(target, lane);
            events.onLaneBroken(target.workerId(), String.valueOf(e.getMessage()));
            return;
        }
        if (!lane.isReadable()) {
            onLaneEnd(target, lane);
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

        /** Gives the connections to others; the one that refused is asked again a little later. */
        @Override
        public void onRefused(List<Pending> refused, Refusal reason) {
            Target target = lane.target();
            LOG.debug("worker {} refused {} connections: {}", target.workerId(), refused.size(), reason);
            target.refused(refused, nowNanos + REST_NANOS);
            putBack.accept(reason == Refusal.UNKNOWN_STATE ? survivors(target, refused) : refused);
        }

        @Override
        public void onHandedBack(Pending connection, long number) {
            if (dead || isReadyFor(connection, nowNanos)) {
                lane.take(connection, number, () -> handedBack.accept(connection));
            } else if (lane.target().isDraining()) {
                lane.keep(connection, number, nowNanos);
            } else {
                lane.giveBack(connection, number);
            }
        }

        @Override
        public void onDescriptorLost() {
            reserve.spend();
            shortages.warn("cannot take a connection that worker "
                    + lane.target().workerId() + " hands back: no descriptor is free; it stays with that worker");
        }
    }

    /**
     * Decides about what leaving workers have handed back when there was nobody to take it. A worker that is told that it keeps a
     * connection may use it at once, and with its death the connection is lost: so it is not told before there is no hope.
     *
     * @param hope whether somebody may still come who can
     */
    void decide(boolean hope, long nowNanos) {
        for (Target target : byWorker.values()) {
            for (Lane lane : target.lanes()) {
                if (lane.hasUndecided()) {
                    lane.decide(
                            connection -> isReadyFor(connection, nowNanos),
                            hope ? nowNanos - HOPE_NANOS : nowNanos,
                            handedBack);
                }
            }
        }
    }

    /** Whether something waits to be decided. */
    boolean hasUndecided() {
        for (Target target : byWorker.values()) {
            for (Lane lane : target.lanes()) {
                if (lane.hasUndecided()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All are about to leave: whoever would get what one hands back could do no more with it than that one. */
    void takeNothingBack() {
        takesBack = false;
    }

    /** What a full worker could not take either would have nobody at all. */
    private boolean isReadyFor(Pending connection, long nowNanos) {
        return takesBack
                && byWorker.values().stream()
                        .anyMatch(target ->
                                target.isInRotation() && !target.isOnTrial(nowNanos) && target.isMeantFor(connection));
    }

    /** Lets some workers shed connections, which others get. */
    void balance(Map<Integer, Integer> shed, Set<Integer> light) {
        byWorker.forEach((workerId, target) -> {
            target.setLight(light.contains(workerId));
            if (shed.containsKey(workerId) && target.isInRotation()) {
                target.shed(shed.get(workerId));
            }
        });
    }

    /** A lane that a worker closes when it leaves is no failure. */
    private void onLaneEnd(Target target, Lane lane) {
        if (target.isDraining()) {
            putBack.accept(lane.takeUnsent());
        } else {
            fail(target, lane, "the worker closed it");
        }
    }

    /** Sends what has been assigned. */
    void flush(long nowNanos) {
        for (Target target : byWorker.values()) {
            for (Lane lane : target.lanes()) {
                if (lane.hasUnsent()) {
                    flush(target, lane, nowNanos);
                }
            }
        }
    }

    private void flush(Target target, Lane lane, long nowNanos) {
        try {
            lane.flush(nowNanos);
        } catch (UnixException e) {
            fail(target, lane, e.getMessage());
        }
    }

    private void fail(Target target, Lane lane, @Nullable String reason) {
        dropLane(target, lane);
        events.onLaneFailed(target.workerId(), String.valueOf(reason));
    }

    /** A worker with one lane too few is of no use: it leaves, and hears so on the others. */
    private void dropLane(Target target, Lane lane) {
        putBack.accept(lane.takeUnsent());
        target.drain();
    }

    // --- what happens to workers ----------------------------------------------------------------------------------

    void add(Target target) {
        byWorker.put(target.workerId(), target);
    }

    /** Lets a lane in if that process is a worker that is expected to open it. */
    boolean admit(HandoffChannel channel, int peerPid) {
        long workerId = channel.workerId();
        Target target = workerId == (int) workerId ? byWorker.get((int) workerId) : null;
        if (target == null || !target.admits(peerPid, channel.token(), channel.lane())) {
            return false;
        }
        Lane lane = target.open(channel.lane(), channel, credit);
        if (target.isDraining()) {
            lane.orderDrain();
        }
        if (target.allLanesOpen()) {
            events.onLanesOpen(target.workerId());
        }
        return true;
    }

    /** That worker's process has ended: whoever it had not acknowledged goes to another. */
    void exited(int workerId, long nowNanos) {
        Target target = byWorker.remove(workerId);
        if (target == null) {
            return;
        }
        target.startDraining();
        for (Lane lane : target.lanes()) {
            readAnswers(lane, nowNanos, true);
            putBack.accept(lane.takeUnsent());
            putBack.accept(lane.takeUntold());
            putBack.accept(survivors(target, lane.takeUnanswered()));
        }
        target.close();
    }

    private List<Pending> survivors(Target target, List<Pending> unanswered) {
        List<Pending> survivors = new ArrayList<>();
        for (Pending connection : unanswered) {
            if (connection.survivesFailure()) {
                survivors.add(connection);
            } else {
                closed.warn("closed the connection from "
                        + connection.offer().peer().decode() + ": worker " + target.workerId()
                        + " is the last of those that failed to take it up");
                connection.close();
            }
        }
        return survivors;
    }

    void close() {
        byWorker.values().forEach(Target::close);
        byWorker.clear();
    }
}
