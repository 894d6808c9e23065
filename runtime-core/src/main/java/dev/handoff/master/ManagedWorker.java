package dev.handoff.master;

import dev.handoff.child.ChildHandle;
import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.control.ControlPeer;
import dev.handoff.launch.Generation;
import dev.handoff.output.WorkerOutput;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Scoreboard.Cell;
import dev.handoff.wire.Token;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What the master knows of one worker; what that knows of itself is {@link dev.handoff.cluster.CurrentWorker}.
 *
 * <p>The supervisor's thread changes it, by the steps of {@link Lifecycle}. The methods of {@link Worker} may be called
 * by any thread and show the last state.
 */
final class ManagedWorker implements Worker {
    private static final Logger LOG = Logs.of(ManagedWorker.class);

    /** A worker that has not told so for this long has enough again. */
    private static final Duration SHORTAGE_ENDS = Duration.ofSeconds(30);

    /**
     * What stays the same for a worker's whole life.
     *
     * @param token what it must show
     * @param forkedNanos when its process was started
     */
    record Identity(int id, int slot, Generation generation, Token token, long forkedNanos) {}

    private final Identity identity;
    private final ChildHandle child;
    private final WorkerOutput output;
    private final Conversation messages;
    private final Scoreboard scoreboard;
    private final Consumer<ManagedWorker> disconnectOrder;

    private volatile WorkerState state = WorkerState.STARTING;
    private volatile boolean askedToLeave;
    private volatile @Nullable ControlPeer control;
    private volatile @Nullable ExitStatus exitStatus;

    private long sinceNanos;
    private long readyNanos;
    private boolean wasReady;
    private boolean greeted;
    private boolean refused;
    private boolean lanesOpen;
    private boolean started;
    private boolean leavingTold;
    private boolean lossTold;
    private long goneNanos;
    private long disconnectedNanos;
    private String goneWhy = "";
    private boolean unkillableTold;
    private boolean exhausted;
    private long exhaustedNanos;
    private List<Service> services = List.of();
    private @Nullable Cut cut;
    private String complaint = "";
    private String probeFailure = "";

    /**
     * One whose process was just started.
     *
     * @param disconnectOrder called by any thread when the program wants it to leave
     */
    ManagedWorker(
            Identity identity,
            ChildHandle child,
            WorkerOutput output,
            Conversation messages,
            Scoreboard scoreboard,
            Consumer<ManagedWorker> disconnectOrder) {
        this.identity = identity;
        this.child = child;
        this.output = output;
        this.messages = messages;
        this.scoreboard = scoreboard;
        this.disconnectOrder = disconnectOrder;
        this.sinceNanos = identity.forkedNanos();
    }

    // --- what programs see; any thread -----------------------------------------------------------------------------

    @Override
    public int id() {
        return identity.id();
    }

    @Override
    public int slot() {
        return identity.slot();
    }

    @Override
    public int generation() {
        return identity.generation().number();
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public WorkerState state() {
        return state;
    }

    @Override
    public boolean isConnected() {
        return control != null;
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return Optional.ofNullable(exitStatus);
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return askedToLeave;
    }

    @Override
    public List<String> lastLines() {
        return output.tail();
    }

    @Override
    public boolean isWritable() {
        return messages.isWritable();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return messages.send(message);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return messages.send(message, handle);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return messages.request(message, answer, limit);
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return messages.onMessage(listener);
    }

    @Override
    public void disconnect() {
        disconnectOrder.accept(this);
    }

    @Override
    public boolean kill(Signal signal) {
        return child.signal(signal);
    }

    // --- what the supervisor's thread asks and notes ----------------------------------------------------------------

    /** The only method that changes the state: checks that the step is one of the diagram's, and logs it. */
    void enter(WorkerState next, long nowNanos, String why) {
        if (!WorkerSteps.isLegal(state, next)) {
            throw new IllegalStateException(this + " cannot go from " + state + " to " + next + ": " + why);
        }
        log(next, why);
        state = next;
        sinceNanos = nowNanos;
        if (next == WorkerState.READY && !wasReady) {
            wasReady = true;
            readyNanos = nowNanos;
        }
    }

    private void log(WorkerState next, String why) {
        String line = "{}: {} → {}: {}";
        switch (next) {
            case STARTING, ONLINE, PROBING -> LOG.debug(line, this, state, next, why);
            case READY, DRAINING -> LOG.info(line, this, state, next, why);
            case SUSPECT, TERMINATING, KILLING -> LOG.warn(line, this, state, next, why);
            case EXITED -> {
                if (leavingTold) {
                    LOG.info(line, this, state, next, why);
                } else {
                    LOG.warn(line, this, state, next, why);
                }
            }
        }
    }

    /** It can say hello once, and not if it is to leave already. */
    HelloCheck helloCheck() {
        return new HelloCheck(id(), pid(), identity.token(), state != WorkerState.STARTING);
    }

    Token token() {
        return identity.token();
    }

    ChildHandle child() {
        return child;
    }

    WorkerOutput output() {
        return output;
    }

    Scoreboard scoreboard() {
        return scoreboard;
    }

    /** Connections that it has at the moment. */
    long openConnections() {
        return count(Cell.ADOPTED) - count(Cell.CLOSED);
    }

    /** Connections that it had and has no more. Any thread. */
    long endedConnections() {
        return count(Cell.CLOSED);
    }

    /** A page that cannot be read is the watch's business; here it counts for an empty one. */
    private long count(Cell cell) {
        try {
            return scoreboard.sum(cell);
        } catch (InternalError e) {
            return 0;
        }
    }

    /** It has said goodbye, and what it has cut. */
    void noteCut(Cut told) {
        cut = told;
    }

    /** What was cut by its end: what it has told, or, if that came without a goodbye, all connections that it had. */
    Cut cut() {
        Cut told = cut;
        return told == null ? new Cut(Math.max(0, openConnections()), 0) : told;
    }

    /** When its process was started. */
    long forkedNanos() {
        return identity.forkedNanos();
    }

    /** When it got into the state that it is in. */
    long sinceNanos() {
        return sinceNanos;
    }

    boolean wasReady() {
        return wasReady;
    }

    /** When it got ready for the first time. */
    long readyNanos() {
        return readyNanos;
    }

    /** How long ago it got ready for the first time; 0 if it never was. */
    long provenNanos(long nowNanos) {
        return wasReady ? nowNanos - readyNanos : 0;
    }

    /** Its control channel, if that is open. */
    Optional<ControlPeer> control() {
        return Optional.ofNullable(control);
    }

    boolean hasSaidHello() {
        return greeted;
    }

    void connect(ControlPeer peer) {
        greeted = true;
        control = peer;
    }

    /** Notes that its build does not fit this master's. */
    void noteRefused(String why) {
        refused = true;
        noteComplaint(why);
    }

    boolean isRefused() {
        return refused;
    }

    /** Notes that the channel has ended; false if there was none. */
    boolean disconnected(long nowNanos) {
        if (control == null) {
            return false;
        }
        control = null;
        disconnectedNanos = nowNanos;
        return true;
    }

    /** When its channel ended, if it had one that has. */
    long disconnectedNanos() {
        return disconnectedNanos;
    }

    /** Notes that it has run out of something; true unless that is known. */
    boolean noteExhausted(long nowNanos) {
        boolean first = !exhausted;
        exhausted = true;
        exhaustedNanos = nowNanos;
        return first;
    }

    void forgetOldShortage(long nowNanos) {
        exhausted &= nowNanos - exhaustedNanos < SHORTAGE_ENDS.toNanos();
    }

    /** Whether it has run out of something that a successor may have. */
    boolean isExhausted() {
        return exhausted;
    }

    /** It is about to go: what was sent to it so far it still hears, and nothing more is sent. */
    void finishMessages() {
        messages.finish();
    }

    void noteLanesOpen() {
        lanesOpen = true;
    }

    void noteStarted() {
        started = true;
    }

    void noteServices(List<Service> offered) {
        services = offered;
    }

    /** What its listeners speak, by their keys. */
    List<Protocol> protocols() {
        return services.stream().map(Service::protocol).toList();
    }

    /** How it serves each listener, by their keys. */
    List<Service> services() {
        return services;
    }

    /** Whether it has done all that it can for its readiness, and now has to be asked. */
    boolean isToBeProbed() {
        return state == WorkerState.ONLINE && lanesOpen && started;
    }

    boolean isBeingProbed() {
        return state == WorkerState.PROBING;
    }

    /** Notes why it has failed its probe; true for the first time. */
    boolean noteProbeFailure(String why) {
        boolean first = probeFailure.isEmpty();
        probeFailure = why;
        return first;
    }

    /** Why it has failed its probe last; empty if it never has. */
    String probeFailure() {
        return probeFailure;
    }

    /** Whether the master has sent KILL. */
    boolean isBeingKilled() {
        return state == WorkerState.KILLING;
    }

    void noteAskedToLeave() {
        askedToLeave = true;
    }

    /** True for the first call: a worker begins to leave once. */
    boolean tellLeaving() {
        boolean first = !leavingTold;
        leavingTold = true;
        return first;
    }

    /** True for the first call: what is lost, or was given up, cannot be lost again. */
    boolean tellLoss() {
        boolean first = !lossTold;
        lossTold = true;
        return first;
    }

    /** True for the first call. */
    boolean tellUnkillable() {
        boolean first = !unkillableTold;
        unkillableTold = true;
        return first;
    }

    /** Whether KILL was sent long ago, in vain. */
    boolean isUnkillable() {
        return unkillableTold && state == WorkerState.KILLING;
    }

    /** What it said itself, or what was seen, of why it cannot serve; the first that is noted stays. */
    void noteComplaint(String reason) {
        complaint = complaint.isEmpty() ? reason : complaint;
    }

    String complaint() {
        return complaint;
    }

    /** Notes that a channel or a lane of it has ended, as happens a moment before a process ends. */
    void noteGone(String why, long nowNanos) {
        if (goneWhy.isEmpty()) {
            goneWhy = why;
            goneNanos = nowNanos;
        }
    }

    /** Why it seems to be gone; empty while it does not. */
    String goneWhy() {
        return goneWhy;
    }

    /** Since when it seems to be gone. */
    long goneNanos() {
        return goneNanos;
    }

    void noteExit(ExitStatus status) {
        exitStatus = status;
    }

    @Override
    public String toString() {
        return "worker " + id() + " (pid " + pid() + ", slot " + slot() + ", generation " + generation() + ")";
    }
}
