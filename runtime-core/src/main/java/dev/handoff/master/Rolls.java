package dev.handoff.master;

import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.launch.BuildFiles;
import dev.handoff.launch.Generation;
import dev.handoff.output.WorkerOutput;
import dev.handoff.process.spi.Logs;
import dev.handoff.workers.ClusterEvents;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** Which generation is wanted, and the roll, if any, that leads to it. The supervisor's thread only. */
final class Rolls {
    private static final Logger LOG = Logs.of(Rolls.class);
    /** How long a verdict waits for what the culprit has printed and is not read yet. */
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final ClusterEvents events;
    private final Completions completions;
    private final Set<Integer> proven = new HashSet<>();
    private Generation wanted;
    private Optional<BuildFiles> files;
    private Optional<BuildFiles> nextFiles = Optional.empty();
    private int lastNumber;
    private int floor;
    private @Nullable RollingRestart current;
    /** The last one that is over, until the workers that it has left behind are gone. */
    private @Nullable RollingRestart decided;

    private Cut cut = Cut.NOTHING;
    private CompletableFuture<RollResult> verdict = new CompletableFuture<>();
    private @Nullable CompletableFuture<RollResult> queued;

    Rolls(Generation first, ClusterEvents events, Completions completions) {
        this.wanted = first;
        this.files = BuildFiles.now(first);
        this.lastNumber = first.number();
        this.events = events;
        this.completions = completions;
    }

    /** The generation that every worker should be of. */
    Generation wanted() {
        return wanted;
    }

    /** Whether one of the wanted generation was ever ready. */
    boolean isProven() {
        return proven.contains(wanted.number());
    }

    /** One of that generation got ready. */
    void prove(int generation) {
        proven.add(generation);
    }

    /** How many workers must stay ready while others are replaced. */
    int floor() {
        return floor;
    }

    boolean isRunning() {
        return current != null;
    }

    /** What has ended with a worker of a generation. */
    void noteCut(int generation, Cut ended) {
        if (generation != wanted.number()) {
            cut = cut.plus(ended);
        }
    }

    /**
     * Tells what the roll that is over has cut, as soon as that is known.
     *
     * @param others whether there are still workers of other generations than the wanted one
     */
    void noteLeft(boolean others) {
        RollingRestart roll = decided;
        if (roll == null || others) {
            return;
        }
        decided = null;
        String what = cut.isNothing() ? "nothing was cut" : cut + ", were cut";
        LOG.atLevel(cut.isNothing() ? Level.INFO : Level.WARN)
                .log(
                        "the workers that the roll to generation {} has left behind are gone: {}",
                        roll.to().number(),
                        what);
        events.publish("roll.drained", 0, roll.to().number(), what);
        cut = Cut.NOTHING;
    }

    /** Begins a roll of so many workers, of which some are ready. */
    void begin(CompletableFuture<RollResult> answer, int workers, int ready, long nowNanos) {
        Generation next = wanted.numbered(++lastNumber);
        floor = Math.min(workers, ready);
        Duration limit = RollingRestart.limit(next.settings(), workers);
        current = new RollingRestart(wanted, next, floor, limit, nowNanos);
        verdict = answer;
        tellBegin(next);
        wanted = next;
    }

    private void tellBegin(Generation next) {
        nextFiles = BuildFiles.now(next);
        Optional<String> unchanged = nextFiles
                .filter(after -> files.filter(after::isSameAs).isPresent())
                .map(same -> "it starts the very files that generation " + wanted.number() + " runs, " + same.place()
                        + " first, unchanged; a new build, if there is one, lies elsewhere");
        unchanged.ifPresentOrElse(
                why -> LOG.warn("roll to generation {} begins with {} workers ready: {}", next.number(), floor, why),
                () -> LOG.info("roll to generation {} begins with {} workers ready", next.number(), floor));
        events.publish("roll.replacing", 0, next.number(), unchanged.orElse(""));
    }

    /** A roll was ordered while one runs, and would wait: all such orders make one. */
    void queue(CompletableFuture<RollResult> answer) {
        CompletableFuture<RollResult> first = queued;
        if (first == null) {
            queued = answer;
            events.publish("roll.queued", 0, wanted.number(), "");
        } else {
            first.thenAccept(answer::complete);
        }
    }

    /** A roll was ordered while one runs, and would rather not wait. */
    void refuse(CompletableFuture<RollResult> answer) {
        events.publish("roll.refused", 0, wanted.number(), "");
        String reason = "the roll to generation " + wanted.number() + " is under way";
        completions.complete(
                answer, new RollResult(Verdict.REFUSED, wanted.number(), reason, List.of(), Duration.ZERO));
    }

    /** The order that waits for its turn, which has come if no roll runs. */
    @Nullable
    CompletableFuture<RollResult> takeQueued() {
        CompletableFuture<RollResult> next = current == null ? queued : null;
        queued = next == null ? queued : null;
        return next;
    }

    /** Every slot has a ready worker of the wanted generation. */
    void commit(long nowNanos) {
        RollingRestart roll = current;
        if (roll != null) {
            current = null;
            decided = roll;
            files = nextFiles;
            LOG.info(
                    "roll to generation {} committed after {} ms",
                    roll.to().number(),
                    Duration.ofNanos(nowNanos - roll.beganNanos()).toMillis());
            events.publish("roll.committed", 0, roll.to().number(), "");
            completions.complete(verdict, roll.committed(nowNanos));
        }
    }

    /** A worker was lost: the end of a roll to its generation, and the way back. */
    void lost(int generation, Slot.Loss loss, String reason, @Nullable WorkerOutput output, long nowNanos) {
        RollingRestart roll = current;
        if (roll != null && roll.isFailedBy(generation, loss)) {
            rollBack(roll, reason, output, nowNanos);
        }
    }

    /**
     * Ends a roll that takes too long: its workers come and go, each for a reason that is not held against them, or one
     * of them is ready and never stays so.
     *
     * @param missing the slots that have no ready worker of the new generation
     */
    void limit(List<Integer> missing, long nowNanos) {
        RollingRestart roll = current;
        if (roll != null && roll.isOverdue(nowNanos)) {
            String reason =
                    "not over within " + roll.limit().toSeconds() + " s (roll.giveUp): no ready worker of generation "
                            + roll.to().number() + " in slots " + missing;
            rollBack(roll, reason, null, nowNanos);
        }
    }

    private void rollBack(RollingRestart roll, String reason, @Nullable WorkerOutput output, long nowNanos) {
        current = null;
        decided = roll;
        wanted = roll.from();
        LOG.warn(
                "roll to generation {} rolled back to generation {}: {}",
                roll.to().number(),
                roll.from().number(),
                reason);
        events.publish("roll.rolledback", 0, roll.to().number(), reason);
        tellOnceHeard(verdict, roll, reason, output, nowNanos);
    }

    private void tellOnceHeard(
            CompletableFuture<RollResult> answer,
            RollingRestart roll,
            String reason,
            @Nullable WorkerOutput output,
            long nowNanos) {
        if (output == null) {
            completions.complete(answer, roll.rolledBack(reason, List.of(), nowNanos));
            return;
        }
        output.onEnd()
                .completeOnTimeout(null, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> completions.complete(answer, roll.rolledBack(reason, output.tail(), nowNanos)));
    }

    /** The cluster stops. Workers that the roll has replaced stay replaced. */
    void stop(long nowNanos) {
        RollingRestart roll = current;
        current = null;
        if (roll != null) {
            completions.complete(verdict, roll.stopped(nowNanos));
        }
        CompletableFuture<RollResult> waiting = takeQueued();
        if (waiting != null) {
            stopped(waiting);
        }
    }

    /** Answers an order that comes too late. */
    void stopped(CompletableFuture<RollResult> answer) {
        String reason = "the cluster is stopping";
        completions.complete(
                answer, new RollResult(Verdict.STOPPED, wanted.number(), reason, List.of(), Duration.ZERO));
    }
}
