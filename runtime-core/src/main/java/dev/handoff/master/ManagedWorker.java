package dev.handoff.master;

import dev.handoff.child.ChildHandle;
import dev.handoff.cluster.WorkerState;
import dev.handoff.control.ControlPeer;
import dev.handoff.launch.Generation;
import dev.handoff.output.WorkerOutput;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Scoreboard.Cell;
import dev.handoff.wire.Token;
import dev.handoff.workers.WorkerRecord;
import dev.handoff.workers.WorkerSteps;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a supervising master knows of one worker: its process, its control channel, its start, its end.
 *
 * <p>The supervisor's thread changes it, by the steps of {@link Lifecycle}. The methods of {@link
 * dev.handoff.cluster.Worker} may be called by any thread and show the last state.
 */
final class ManagedWorker extends WorkerRecord {
    /** A worker that has not told so for this long has enough again. */
    private static final Duration SHORTAGE_ENDS = Duration.ofSeconds(30);

    /**
     * What stays the same for a worker's whole life.
     *
     * @param token what it must show
     * @param forkedNanos when its process was started
     */
    record Identity(int id, int slot, Generation generation, Token token, long forkedNanos) {}

    /**
     * A channel or a lane of it has ended, as happens a moment before a process ends.
     *
     * @param sinceNanos when the first of them did
     */
    record Gone(String why, long sinceNanos) {}

    private final Identity identity;
    private final ChildHandle child;
    private final WorkerOutput output;
    private final Conversation messages;
    private final Scoreboard scoreboard;
    private final Consumer<ManagedWorker> disconnectOrder;
    private final Startup startup = new Startup();
    private volatile @Nullable ControlPeer control;
    private OptionalLong disconnectedNanos = OptionalLong.empty();
    private OptionalLong readyNanos = OptionalLong.empty();
    private OptionalLong exhaustedNanos = OptionalLong.empty();
    private Optional<Gone> gone = Optional.empty();
    private String refusal = "";
    private String complaint = "";
    private boolean unkillable;
    private @Nullable Cut cut;

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
        super(identity.id(), identity.slot(), identity.token(), WorkerSteps.SUPERVISED, identity.forkedNanos());
        this.identity = identity;
        this.child = child;
        this.output = output;
        this.messages = messages;
        this.scoreboard = scoreboard;
        this.disconnectOrder = disconnectOrder;
    }

    // --- what programs see; any thread -----------------------------------------------------------------------------

    @Override
    public int generation() {
        return identity.generation().number();
    }

    @Override
    public long pid() {
        return child.pid();
    }

    @Override
    public boolean isConnected() {
        return control != null;
    }

    @Override
    public List<String> lastLines() {
        return output.tail();
    }

    @Override
    protected Peer peer() {
        return messages;
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

    @Override
    public void enter(WorkerState next, long nowNanos, String why) {
        super.enter(next, nowNanos, why);
        if (next == WorkerState.READY && readyNanos.isEmpty()) {
            readyNanos = OptionalLong.of(nowNanos);
        }
    }

    /** It can say hello once, and not if it is to leave already. */
    HelloCheck helloCheck() {
        return new HelloCheck(id(), pid(), token(), state() != WorkerState.STARTING);
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

    boolean wasReady() {
        return readyNanos.isPresent();
    }

    /** When it got ready for the first time. */
    long readyNanos() {
        return readyNanos.orElseThrow();
    }

    /** How long ago it got ready for the first time; 0 if it never was. */
    long provenNanos(long nowNanos) {
        return wasReady() ? nowNanos - readyNanos() : 0;
    }

    /** Its control channel, if that is open. */
    Optional<ControlPeer> control() {
        return Optional.ofNullable(control);
    }

    boolean hasSaidHello() {
        return control != null || disconnectedNanos.isPresent();
    }

    void connect(ControlPeer peer) {
        control = peer;
    }

    /** Notes that the channel has ended; false if there was none. */
    boolean disconnected(long nowNanos) {
        if (control == null) {
            return false;
        }
        disconnectedNanos = OptionalLong.of(nowNanos);
        control = null;
        return true;
    }

    /** When its channel ended, if it had one that has. */
    OptionalLong disconnectedNanos() {
        return disconnectedNanos;
    }

    /** Notes that it has run out of something; true unless that is known. */
    boolean noteExhausted(long nowNanos) {
        boolean first = !isExhausted();
        exhaustedNanos = OptionalLong.of(nowNanos);
        return first;
    }

    void forgetOldShortage(long nowNanos) {
        if (isExhausted() && nowNanos - exhaustedNanos.getAsLong() >= SHORTAGE_ENDS.toNanos()) {
            exhaustedNanos = OptionalLong.empty();
        }
    }

    /** Whether it has run out of something that a successor may have. */
    boolean isExhausted() {
        return exhaustedNanos.isPresent();
    }

    /** It is about to go: what was sent to it so far it still hears, and nothing more is sent. */
    void finishMessages() {
        messages.finish();
    }

    /** Its way to readiness. */
    Startup startup() {
        return startup;
    }

    /** Whether it has done all that it can for its readiness, and now has to be asked. */
    boolean isToBeProbed() {
        return state() == WorkerState.ONLINE && startup.isComplete();
    }

    boolean isBeingProbed() {
        return state() == WorkerState.PROBING;
    }

    /** Whether the master has sent KILL. */
    boolean isBeingKilled() {
        return state() == WorkerState.KILLING;
    }

    /** Notes that KILL was sent long ago, in vain; true for the first call. */
    boolean noteUnkillable() {
        boolean first = !unkillable;
        unkillable = true;
        return first;
    }

    /** Whether KILL was sent long ago, in vain. */
    boolean isUnkillable() {
        return unkillable && isBeingKilled();
    }

    /** Notes that its build does not fit this master's. */
    void noteRefused(String why) {
        refusal = why;
        noteComplaint(why);
    }

    boolean isRefused() {
        return !refusal.isEmpty();
    }

    /** What it said itself, or what was seen, of why it cannot serve; the first that is noted stays. */
    void noteComplaint(String reason) {
        complaint = complaint.isEmpty() ? reason : complaint;
    }

    String complaint() {
        return complaint;
    }

    /** Notes that it seems to be gone; the first reason stays. */
    void noteGone(String why, long nowNanos) {
        gone = gone.or(() -> Optional.of(new Gone(why, nowNanos)));
    }

    /** Why and since when it seems to be gone; empty while it does not. */
    Optional<Gone> gone() {
        return gone;
    }

    @Override
    public String toString() {
        return "worker " + id() + " (pid " + pid() + ", slot " + slot() + ", generation " + generation() + ")";
    }
}
