package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.Scoreboard;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;

/**
 * Judges workers by the beats of their event loops: the longer one of them is silent, first the worker is out of
 * rotation, then its threads are dumped, then it is ended. Spared are those that cannot help it: held by a debugger, or
 * starved of processor time. Out of rotation is also who beats and does not receive what it was sent. The supervisor's
 * thread only.
 */
final class BeatWatch {
    private static final Logger LOG = Logs.of(BeatWatch.class);

    private static final String NOTHING_NEW = "no new connections for now";

    /** What is said to the people who have to find out what blocks. */
    private static final String ADVICE =
            "its threads are dumped to its output; what blocks belongs off the event loop, "
                    + "as Http.blocking and WorkerContext.blocking() do it";

    private final Lifecycle lifecycle;
    private final Acceptor acceptor;
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
     * @param debugged whether the workers' flags have a debugger attach: then no worker is ended for being silent
     */
    BeatWatch(ClusterSettings settings, boolean debugged, Lifecycle lifecycle, Acceptor acceptor, Punctuality master) {
        this.lifecycle = lifecycle;
        this.acceptor = acceptor;
        this.master = master;
        this.debugged = debugged;
        suspectNanos = settings.duration(Setting.BEAT_SUSPECT).toNanos();
        softNanos = settings.duration(Setting.BEAT_SOFT).toNanos();
        hardNanos = settings.duration(Setting.BEAT_HARD).toNanos();
    }

    /** Looks at a worker that is ready or suspect. */
    void judge(ManagedWorker worker, long nowNanos) {
        int loop;
        long beat;
        try {
            loop = quietest(worker.scoreboard());
            beat = worker.scoreboard().get(loop, Scoreboard.Cell.BEAT);
        } catch (InternalError e) {
            // The JVM throws this for a mapped page that cannot be read. Only that worker is hurt.
            lifecycle.terminate(worker, nowNanos, "its page of the scoreboard cannot be read: " + e.getMessage());
            return;
        }
        long silentNanos = nowNanos - latest(beat, latest(worker.readyNanos(), master.sinceNanos()));
        if (silentNanos >= suspectNanos) {
            judge(worker, "event loop " + loop, silentNanos, nowNanos);
        } else {
            silences.remove(worker);
            judgeReceipt(worker, nowNanos);
        }
    }

    private void judge(ManagedWorker worker, String loop, long silentNanos, long nowNanos) {
        Silence silence = silences.computeIfAbsent(worker, key -> new Silence(ProcStatus.read(key.pid())));
        if (worker.state() == WorkerState.READY) {
            lifecycle.suspect(worker, nowNanos, silent(loop, silentNanos, suspectNanos, NOTHING_NEW));
        }
        if (silentNanos >= softNanos && !silence.dumped) {
            silence.dumped = true;
            String why = silent(loop, silentNanos, softNanos, ADVICE);
            LOG.warn("{}: {}", worker, why);
            lifecycle.dump(worker, why);
        }
        if (silentNanos >= hardNanos && !silence.spared) {
            end(worker, loop, silence, silentNanos, nowNanos);
        }
    }

    /** Its event loops run; whether they also take what they are sent. */
    private void judgeReceipt(ManagedWorker worker, long nowNanos) {
        OptionalLong since = acceptor.unansweredSince(worker.id(), nowNanos);
        long waitsNanos = since.isEmpty() ? 0 : nowNanos - latest(since.getAsLong(), master.sinceNanos());
        if (waitsNanos < suspectNanos) {
            if (worker.state() == WorkerState.SUSPECT) {
                lifecycle.recovered(worker, nowNanos);
            }
        } else if (worker.state() == WorkerState.READY) {
            lifecycle.suspect(
                    worker, nowNanos, lasts("a connection is not received", waitsNanos, suspectNanos, NOTHING_NEW));
        }
    }

    private void end(ManagedWorker worker, String loop, Silence silence, long silentNanos, long nowNanos) {
        Optional<ProcStatus> status = ProcStatus.read(worker.pid());
        Optional<String> excuse = excuse(silence, status, silentNanos);
        if (excuse.isPresent()) {
            silence.spared = true;
            LOG.warn("{}: {}", worker, silent(loop, silentNanos, hardNanos, "not ended, for " + excuse.get()));
        } else {
            silences.remove(worker);
            String seen = status.map(ProcStatus::toString).orElse("process gone");
            lifecycle.terminate(
                    worker, nowNanos, silent(loop, silentNanos, hardNanos, "sent TERM, KILL follows (" + seen + ")"));
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

    private static String silent(String loop, long silentNanos, long limitNanos, String next) {
        return lasts(loop + " is silent", silentNanos, limitNanos, next);
    }

    private static String lasts(String what, long nanos, long limitNanos, String next) {
        return String.format(Locale.ROOT, "%s for %.1f s, limit %.1f s: %s", what, nanos / 1e9, limitNanos / 1e9, next);
    }

    /** The event loop that has been silent for the longest time. */
    private static int quietest(Scoreboard board) {
        int quietest = 0;
        for (int loop = 1; loop < board.loops(); loop++) {
            long earlier = board.get(loop, Scoreboard.Cell.BEAT) - board.get(quietest, Scoreboard.Cell.BEAT);
            quietest = earlier < 0 ? loop : quietest;
        }
        return quietest;
    }

    /** Of two readings of the clock, which may wrap. */
    private static long latest(long one, long other) {
        return one - other > 0 ? one : other;
    }
}
