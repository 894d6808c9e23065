package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import dev.handoff.wire.Scoreboard;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges workers by the beats of their event loops: the longer one of them is silent, first the worker is out of
 * rotation, then its threads are dumped, then it is ended. Spared are those that cannot help it: held by a debugger, or
 * starved of processor time. The supervisor's thread only.
 */
final class BeatWatch {
    private static final Logger LOG = LoggerFactory.getLogger(BeatWatch.class);

    private final Lifecycle lifecycle;
    private final Punctuality master;
    private final boolean debugged;
    private final long suspectNanos;
    private final long softNanos;
    private final long hardNanos;
    private final Map<ManagedWorker, Silence> silences = new HashMap<>();

    /** A silence that goes on, and what was done about it. */
    private static final class Silence {
        private final Optional<ProcStatus> begin;
        private boolean dumped;
        private boolean spared;

        Silence(Optional<ProcStatus> begin) {
            this.begin = begin;
        }
    }

    /**
     * A watch.
     *
     * @param debugged whether the workers' flags have a debugger attach: then nobody is ended for being silent
     */
    BeatWatch(ClusterSettings settings, boolean debugged, Lifecycle lifecycle, Punctuality master) {
        this.lifecycle = lifecycle;
        this.master = master;
        this.debugged = debugged;
        suspectNanos = settings.duration(Setting.BEAT_SUSPECT).toNanos();
        softNanos = settings.duration(Setting.BEAT_SOFT).toNanos();
        hardNanos = settings.duration(Setting.BEAT_HARD).toNanos();
    }

    /** Looks at a worker that is ready or suspect. */
    void judge(ManagedWorker worker, long nowNanos) {
        long beat;
        try {
            beat = oldestBeat(worker.scoreboard());
        } catch (InternalError e) {
            // What the JVM makes of a mapped page that cannot be read: that worker's misfortune, nobody else's.
            lifecycle.terminate(worker, nowNanos, "its page of the scoreboard cannot be read: " + e.getMessage());
            return;
        }
        long since = latest(beat, latest(worker.readyNanos(), master.sinceNanos()));
        judge(worker, nowNanos - since, nowNanos);
    }

    private void judge(ManagedWorker worker, long silentNanos, long nowNanos) {
        if (silentNanos < suspectNanos) {
            silences.remove(worker);
            if (worker.state() == WorkerState.SUSPECT) {
                lifecycle.recovered(worker, nowNanos);
            }
            return;
        }
        Silence silence = silences.computeIfAbsent(worker, key -> new Silence(ProcStatus.read(key.pid())));
        if (worker.state() == WorkerState.READY) {
            lifecycle.suspect(worker, nowNanos, silent(silentNanos, suspectNanos, "no new connections for now"));
        }
        if (silentNanos >= softNanos && !silence.dumped) {
            silence.dumped = true;
            LOG.warn("{}: {}", worker, silent(silentNanos, softNanos, "its threads are dumped to its output"));
            lifecycle.dump(worker, silent(silentNanos, softNanos, "thread dump"));
        }
        if (silentNanos >= hardNanos && !silence.spared) {
            end(worker, silence, silentNanos, nowNanos);
        }
    }

    private void end(ManagedWorker worker, Silence silence, long silentNanos, long nowNanos) {
        Optional<ProcStatus> status = ProcStatus.read(worker.pid());
        Optional<String> excuse = excuse(silence, status, silentNanos);
        if (excuse.isPresent()) {
            silence.spared = true;
            LOG.warn("{}: {}", worker, silent(silentNanos, hardNanos, "not ended, for " + excuse.get()));
        } else {
            silences.remove(worker);
            String seen = status.map(ProcStatus::toString).orElse("process gone");
            lifecycle.terminate(
                    worker, nowNanos, silent(silentNanos, hardNanos, "sent TERM, KILL follows (" + seen + ")"));
        }
    }

    private Optional<String> excuse(Silence silence, Optional<ProcStatus> status, long silentNanos) {
        if (debugged || status.map(ProcStatus::isTraced).orElse(false)) {
            return Optional.of("a debugger may hold it");
        }
        boolean starved = silence.begin.isPresent()
                && status.isPresent()
                && status.get().runDelaySince(silence.begin.get()).toNanos() > silentNanos / 2;
        return starved ? Optional.of("it waits for a processor: this machine has too much to do") : Optional.empty();
    }

    /** Nothing more of it will be looked at. */
    void forget(ManagedWorker worker) {
        silences.remove(worker);
    }

    private static String silent(long silentNanos, long limitNanos, String next) {
        return String.format(
                Locale.ROOT,
                "an event loop is silent for %.1f s, limit %.1f s: %s",
                silentNanos / 1e9,
                limitNanos / 1e9,
                next);
    }

    private static long oldestBeat(Scoreboard board) {
        long oldest = board.get(0, Scoreboard.Cell.BEAT);
        for (int loop = 1; loop < board.loops(); loop++) {
            long beat = board.get(loop, Scoreboard.Cell.BEAT);
            oldest = beat - oldest < 0 ? beat : oldest;
        }
        return oldest;
    }

    /** Of two readings of the clock, which may wrap. */
    private static long latest(long one, long other) {
        return one - other > 0 ? one : other;
    }
}
