package dev.handoff.workers;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Peer;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.Token;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a master of either kind knows of one worker: which one it is, how far it is, and how it has ended. What the worker knows of
 * itself is {@link dev.handoff.cluster.CurrentWorker}.
 *
 * <p>One thread at a time changes it, as its master sees to. The methods of {@link Worker} may be called by any thread and show the
 * last state.
 */
public abstract class WorkerRecord implements Worker {
    private static final Logger LOG = Logs.of(WorkerRecord.class);

    private final int id;
    private final int slot;
    private final Token token;
    private final WorkerSteps steps;
    private volatile WorkerState state = WorkerState.STARTING;
    private volatile boolean askedToLeave;
    private volatile @Nullable ExitStatus exitStatus;
    private long sinceNanos;

    /**
     * One whose process was just started.
     *
     * @param token what it must show
     * @param steps those that it may take
     */
    protected WorkerRecord(int id, int slot, Token token, WorkerSteps steps, long nowNanos) {
        this.id = id;
        this.slot = slot;
        this.token = token;
        this.steps = steps;
        this.sinceNanos = nowNanos;
    }

    // --- how far it is ----------------------------------------------------------------------------------------------

    /**
     * The only method that changes the state; logs that it does, and why.
     *
     * @throws IllegalStateException if a worker cannot go there from where it is
     */
    public void enter(WorkerState next, long nowNanos, String why) {
        WorkerState before = state;
        if (!steps.isLegal(before, next)) {
            throw new IllegalStateException(this + " cannot go from " + before + " to " + next + ": " + why);
        }
        LOG.atLevel(steps.level(before, next)).log("{}: {} → {}: {}", this, before, next, why);
        state = next;
        sinceNanos = nowNanos;
    }

    /** Notes how its process has ended, and that it has. */
    public void exit(ExitStatus status, long nowNanos, String why) {
        exitStatus = status;
        enter(WorkerState.EXITED, nowNanos, why);
    }

    /** Whether it can go there from where it is. */
    public boolean mayEnter(WorkerState next) {
        return steps.isLegal(state, next);
    }

    /** Whether it takes nothing more, or is gone. Any thread. */
    public boolean isLeaving() {
        return WorkerSteps.isLeaving(state);
    }

    /** When it got into the state that it is in. */
    public long sinceNanos() {
        return sinceNanos;
    }

    /** Notes that it was asked to leave, or has asked to; false if that is known. */
    public boolean noteAskedToLeave() {
        boolean first = !askedToLeave;
        askedToLeave = true;
        return first;
    }

    /** Sends a signal. A process that is gone already will be reported in a moment; what the kernel refuses is logged. */
    public void signal(Signal signal) {
        try {
            boolean sent = kill(signal);
            LOG.debug("{}: {} {}", this, signal, sent ? "sent" : "not sent, the process is gone");
        } catch (RuntimeException e) {
            LOG.error("{}: cannot send {}", this, signal, e);
        }
    }

    /** What it must show. */
    public Token token() {
        return token;
    }

    // --- what programs see; any thread ------------------------------------------------------------------------------

    @Override
    public int id() {
        return id;
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public WorkerState state() {
        return state;
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        return Optional.ofNullable(exitStatus);
    }

    @Override
    public boolean exitedAfterDisconnect() {
        return askedToLeave;
    }

    /** The program at the other end of its channel. */
    protected abstract Peer peer();

    @Override
    public boolean isWritable() {
        return peer().isWritable();
    }

    @Override
    public CompletableFuture<Void> send(Object message) {
        return peer().send(message);
    }

    @Override
    public CompletableFuture<Void> send(Object message, Handle handle) {
        return peer().send(message, handle);
    }

    @Override
    public <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit) {
        return peer().request(message, answer, limit);
    }
}
