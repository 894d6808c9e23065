package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker as the acceptor sees it: lanes with credit, in rotation or not. What else the master knows of it is
 * {@code ManagedWorker}. The acceptor's thread only.
 */
final class Target implements SchedulingPolicy.Candidate {
    /** So long behind its rest a worker that has refused is on trial, if no connection tells more of it. */
    private static final long TRIAL_NANOS = 5_000_000_000L;

    private final int workerId;
    private final int slot;
    private final long pid;
    private final Token token;
    private final @Nullable Lane[] byIndex;
    private final List<Lane> lanes = new ArrayList<>();
    private final Unreceived unreceived;
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
     * One without lanes.
     *
     * @param ended how many of the connections that it was given have ended, as far as that is known
     */
    Target(int workerId, int slot, long pid, Token token, int eventLoops, LongSupplier ended) {
        this.workerId = workerId;
        this.slot = slot;
        this.pid = pid;
        this.token = token;
        this.byIndex = new Lane[eventLoops];
        this.unreceived = new Unreceived(eventLoops);
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

    /** Whether a lane that says so may become one of this worker's; each index counts once. */
    boolean admits(int peerPid, Token said, int index) {
        return peerPid == pid && said.equals(token) && index >= 0 && index < byIndex.length && byIndex[index] == null;
    }

    Lane open(int index, HandoffChannel channel, int credit) {
        Lane lane = new Lane(this, index, channel, credit);
        byIndex[index] = lane;
        lanes.add(lane);
        return lane;
    }

    /** What it has been sent and not answered. */
    Unreceived unreceived() {
        return unreceived;
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

    /** How it serves each listener, by their keys. */
    void setServices(List<Service> offered) {
        services = offered;
    }

    /** Whether it has fewer connections than others. */
    void setLight(boolean fewer) {
        light = fewer;
    }

    /** Asks it for connections that are at rest. */
    void shed(int count) {
        int each = (count + lanes.size() - 1) / lanes.size();
        lanes.forEach(lane -> lane.orderShed(each));
    }

    /** Whether it is wanted for a connection of another worker's: one that leaves, or one that has more than this. */
    boolean isMeantFor(Pending connection) {
        Target from = connection.from();
        return isOther(connection) && (from == null || from.draining || light);
    }

    /** Whether another worker has handed a connection back, and this one could go on with it. */
    boolean isOther(Pending connection) {
        return connection.from() != this && understands(connection);
    }

    /** Whether it could go on where a worker has left a connection. */
    boolean understands(Pending connection) {
        Offer offer = connection.offer();
        Progress progress = offer.progress();
        return progress == null
                || (offer.listener() < services.size()
                        && services.get(offer.listener()).state().equals(progress.format()));
    }

    /** Whether it may get connections now. */
    boolean takes(long nowNanos) {
        resting = resting && nowNanos - restUntilNanos < 0;
        endTrial(nowNanos);
        return inRotation && !resting && credit() > 0;
    }

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
     * It has just refused some connections: it is left alone until then, and from then on tried with one at a time until it takes
     * one. With its whole credit, all that wait would go to and fro between the master and workers that are full.
     */
    void refused(List<Pending> connections, long restNanos) {
        given -=
                connections.stream().filter(connection -> !connection.isProbe()).count();
        resting = true;
        restUntilNanos = restNanos;
        onTrial = true;
    }

    /** Whether it has refused what it was given last: it may have no room for more. */
    boolean isOnTrial(long nowNanos) {
        endTrial(nowNanos);
        return onTrial;
    }

    /** With no client to try it with, what it has refused last says nothing any more. */
    private void endTrial(long nowNanos) {
        onTrial = onTrial && nowNanos - restUntilNanos < TRIAL_NANOS;
    }

    /** It has taken what it was given. */
    void noteTaken() {
        onTrial = false;
    }

    void startDraining() {
        draining = true;
        inRotation = false;
    }

    /** Takes it out of rotation for good; it hears so on every lane, behind the last connection. */
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

    /** Whether it accepts by itself. */
    boolean hasListeners() {
        return !shared.isEmpty();
    }

    /** Lets it accept by itself. */
    void share(List<Listener> listeners) {
        shared = listeners;
        for (Lane lane : lanes) {
            listeners.forEach(listener ->
                    lane.orderListen(listener.key(), listener.socket().fd()));
        }
    }

    /** Gives it a connection, on the next of its lanes that has credit. */
    void assign(Pending connection, long turn) {
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
