package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.master.ManagedWorker.Gone;
import dev.handoff.workers.ClusterEvents;
import java.time.Duration;
import java.util.OptionalLong;

/** How long a worker may stay in a state, and what happens then. The supervisor's thread only. */
final class Limits {
    /** A worker keeps the drain limit itself; the master's clock began a little earlier. */
    private static final Duration DRAIN_GRACE = Duration.ofMillis(500);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    /** Within it a worker that has lost its channel leaves by itself, and the exit of a large process is through. */
    private static final Duration GONE_LIMIT = Duration.ofMillis(2500);

    private final Lifecycle lifecycle;
    private final BeatWatch beats;
    private final StopSequence stop;
    private final ClusterEvents events;
    private final Duration start;
    private final Duration drain;
    private final Duration term;
    private final Duration farewell;

    Limits(ClusterSettings settings, Lifecycle lifecycle, BeatWatch beats, StopSequence stop, ClusterEvents events) {
        this.lifecycle = lifecycle;
        this.beats = beats;
        this.stop = stop;
        this.events = events;
        start = settings.duration(Setting.START_LIMIT);
        drain = settings.duration(Setting.DRAIN_LIMIT);
        term = settings.duration(Setting.KILL_AFTER);
        farewell = term.compareTo(GONE_LIMIT) > 0 ? term : GONE_LIMIT;
    }

    /** Looks at one worker. */
    void apply(ManagedWorker worker, long nowNanos) {
        if (worker.gone().isPresent() && !worker.isLeaving()) {
            limitGone(worker, worker.gone().get(), nowNanos);
            return;
        }
        switch (worker.state()) {
            case STARTING, ONLINE, PROBING -> limitStart(worker, nowNanos);
            case READY, SUSPECT -> beats.judge(worker, nowNanos);
            case DRAINING -> limitDrain(worker, nowNanos);
            case TERMINATING -> limitTerm(worker, nowNanos);
            case KILLING -> limitKill(worker, nowNanos);
            case EXITED -> {
                // Only its channel's end is waited for.
            }
        }
    }

    /** Only the kernel's report says that a process has ended; this one seems to live on without us. */
    private void limitGone(ManagedWorker worker, Gone gone, long nowNanos) {
        if (nowNanos - gone.sinceNanos() >= GONE_LIMIT.toNanos()) {
            lifecycle.drain(worker, nowNanos, gone.why());
        }
    }

    void forget(ManagedWorker worker) {
        beats.forget(worker);
    }

    private void limitStart(ManagedWorker worker, long nowNanos) {
        if (nowNanos - worker.forkedNanos() >= start.toNanos()) {
            String failure = worker.startup().probeFailure();
            String probe = failure.isEmpty() ? "" : ", " + failure;
            String why = "not ready " + start.toSeconds() + " s after the fork" + probe
                    + ": sent TERM, KILL follows in " + term.toSeconds() + " s";
            lifecycle.dump(worker, why);
            lifecycle.terminate(worker, nowNanos, why);
        }
    }

    private void limitDrain(ManagedWorker worker, long nowNanos) {
        if (worker.isConnected()) {
            limitDrain(worker, drain.plus(DRAIN_GRACE), nowNanos - stop.drainNanos(worker.sinceNanos()), nowNanos);
        } else {
            // It has said goodbye, or lost us, and needs no more than a moment from then on.
            long drained = nowNanos - worker.sinceNanos();
            OptionalLong disconnected = worker.disconnectedNanos();
            long alone = disconnected.isPresent() ? nowNanos - disconnected.getAsLong() : drained;
            limitDrain(worker, farewell, Math.min(drained, alone), nowNanos);
        }
    }

    private void limitDrain(ManagedWorker worker, Duration limit, long lastedNanos, long nowNanos) {
        if (lastedNanos >= limit.toNanos()) {
            lifecycle.terminate(
                    worker, nowNanos, "still there after " + limit.toMillis() + " ms: sent TERM, KILL follows");
        }
    }

    private void limitTerm(ManagedWorker worker, long nowNanos) {
        if (isOver(worker, term, nowNanos)) {
            lifecycle.kill(worker, nowNanos, "still there " + term.toMillis() + " ms after TERM");
        }
    }

    private void limitKill(ManagedWorker worker, long nowNanos) {
        if (isOver(worker, KILL_LIMIT, nowNanos) && worker.noteUnkillable()) {
            events.publish(
                    "worker.unkillable",
                    worker,
                    "still there " + KILL_LIMIT.toSeconds() + " s after KILL: the kernel does not let it go");
        }
    }

    private static boolean isOver(ManagedWorker worker, Duration limit, long nowNanos) {
        return nowNanos - worker.sinceNanos() >= limit.toNanos();
    }
}
