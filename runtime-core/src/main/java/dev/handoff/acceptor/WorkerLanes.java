package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of one worker, and whether it is in rotation. This is all that the acceptor knows of a worker; what else the master
 * knows is in {@code ManagedWorker}. The acceptor's thread only.
 */
final class WorkerLanes implements SchedulingPolicy.Candidate {
    /** A trial ends this long after the rest, if the worker has acknowledged nothing since. */
    private static final long TRIAL_NANOS = 5_000_000_000L;

    private final int workerId;
    private final int slot;
    private final long pid;
    private final Token token;
    private final @Nullable Lane[] byIndex;
    private final List<Lane> lanes = new ArrayList<>();
    private final OldestUnanswered unanswered;
    private final LongSupplier ended;
    private long given;
    private boolean inRotation;
    private boolean draining;
    private boolean light;
    private List<Listener> shared = List.of();
    private List<Service> services = List.of();
    private long lastTurn;
    private boolean resting;
    private boolean onTrial;
    private long restUntilNanos;
    private int nextLane;

    /**
     * A worker without lanes.
     *
     * @param ended how many of the connections that it was given have ended, as far as that is known
     */
    WorkerLanes(int workerId, int slot, long pid, Token token, int eventLoops, LongSupplier ended) {
        this.workerId = workerId;
        this.slot = slot;
        this.pid = pid;
        this.token = token;
        this.byIndex = new Lane[eventLoops];
        this.unanswered = new OldestUnanswered(eventLoops);
        this.ended = ended;
    }

    @Override
    public int workerId() {
        return workerId;
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public long lastTurn() {
        return lastTurn;
    }

    @Override
    public long connections() {
        return given - ended.getAsLong();
    }

    /** Whether a lane with that hello may become one of this worker's lanes. Each index is admitted once. */
    boolean admits(int peerPid, Token said, int index) {
        return peerPid == pid && said.equals(token) && index >= 0 && index < byIndex.length && byIndex[index] == null;
    }

    Lane open(int index, LaneSocket channel, int credit) {
        Lane lane = new Lane(this, index, channel, credit);
        byIndex[index] = lane;
        lanes.add(lane);
        return lane;
    }

    /** Since when the worker owes answers. */
    OldestUnanswered unanswered() {
        return unanswered;
    }

    boolean allLanesOpen() {
        return lanes.size() == byIndex.length;
    }

    List<Lane> lanes() {
        return lanes;
    }

    void setInRotation(boolean wanted) {
        inRotation = wanted && !draining;
    }

    boolean isInRotation() {
        return inRotation;
    }

    /** Sets how it serves each listener, by their keys. */
    void setServices(List<Service> said) {
        services = said;
    }

    /** Sets whether it has far fewer connections than others, and gets those that they shed. */
    void setLight(boolean fewer) {
        light = fewer;
    }

    /** Asks the worker to hand back that many connections that are at rest. */
    void shed(int count) {
        int each = (count + lanes.size() - 1) / lanes.size();
        lanes.forEach(lane -> lane.orderShed(each));
    }

    /** Whether this worker should get a handed-back connection: of a worker that drains, or of one that has far more. */
    boolean shouldGet(PendingConnection connection) {
        WorkerLanes from = connection.from();
        return canResumeForOther(connection) && (from == null || from.draining || light);
    }

    /** Whether this worker could resume a connection that another one has handed back. */
    boolean canResumeForOther(PendingConnection connection) {
        return connection.from() != this && understands(connection);
    }

    /** Whether this worker understands the state of a connection; a connection that was never read has none. */
    boolean understands(PendingConnection connection) {
        Offer offer = connection.offer();
        Progress progress = offer.progress();
        return progress == null
                || (offer.listener() < services.size()
                        && services.get(offer.listener()).state().equals(progress.format()));
    }

    /** Whether it may get connections now. */
    boolean isAvailable(long nowNanos) {
        resting = resting && nowNanos - restUntilNanos < 0;
        endTrial(nowNanos);
        return inRotation && !resting && credit() > 0;
    }

    /** How many connections may be assigned to it now: on trial one at a time. */
    int credit() {
        int sum = 0;
        boolean busy = false;
        for (Lane lane : lanes) {
            sum += lane.credit();
            busy |= lane.hasConnections();
        }
        return onTrial ? Math.min(sum, busy ? 0 : 1) : sum;
    }

    /**
     * The worker has refused connections. It rests until the given time, and then is on trial: it gets one connection at a time
     * until it acknowledges one. With its whole credit, all that wait would go to and fro between the master and full workers.
     */
    void refused(List<PendingConnection> connections, long restNanos) {
        given -=
                connections.stream().filter(connection -> !connection.isProbe()).count();
        resting = true;
        restUntilNanos = restNanos;
        onTrial = true;
    }

    /** Whether it has refused what it was offered last, and so may have no room for more. */
    boolean isOnTrial(long nowNanos) {
        endTrial(nowNanos);
        return onTrial;
    }

    /** Without a client to try it with, an old refusal says nothing about the worker any more. */
    private void endTrial(long nowNanos) {
        onTrial = onTrial && nowNanos - restUntilNanos < TRIAL_NANOS;
    }

    /** The worker has acknowledged connections. */
    void acknowledged() {
        onTrial = false;
    }

    void startDraining() {
        draining = true;
        inRotation = false;
    }

    /** Takes it out of rotation for good, and tells it so on every lane, behind the last connection. */
    void drain() {
        if (!draining) {
            startDraining();
            for (Lane lane : lanes) {
                shared.forEach(listener -> lane.orderUnlisten(listener.key()));
                lane.orderDrain();
            }
        }
    }

    boolean isDraining() {
        return draining;
    }

    /** Whether it accepts connections by itself. */
    boolean hasListeners() {
        return !shared.isEmpty();
    }

    /** Sends it the listening sockets, from which it accepts by itself. */
    void share(List<Listener> listeners) {
        shared = listeners;
        for (Lane lane : lanes) {
            listeners.forEach(listener ->
                    lane.orderListen(listener.key(), listener.socket().fd()));
        }
    }

    /** Assigns a connection to the next of its lanes that has credit. */
    void assign(PendingConnection connection, long turn) {
        lastTurn = turn;
        for (int tried = 0; tried < lanes.size(); tried++) {
            Lane lane = lanes.get(nextLane);
            nextLane = (nextLane + 1) % lanes.size();
            if (lane.credit() > 0) {
                lane.assign(connection);
                given += connection.isProbe() ? 0 : 1;
                return;
            }
        }
        throw new IllegalStateException("worker " + workerId + " was chosen without credit");
    }

    void close() {
        lanes.forEach(Lane::close);
    }
}
