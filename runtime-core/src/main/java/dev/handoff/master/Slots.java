package dev.handoff.master;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import dev.handoff.master.Slot.Loss;
import dev.handoff.process.ExitStatus.Signaled;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Logs;
import dev.handoff.workers.ClusterEvents;
import dev.handoff.workers.WorkerSteps;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.slf4j.Logger;

/** When each slot may be tried, and what the loss of a worker means for that. The supervisor's thread only. */
final class Slots {
    private static final Logger LOG = Logs.of(Slots.class);

    /** What is sent to a whole group of processes, too, and ends a worker that does not handle it yet. */
    private static final Set<Signal> SAYS_NOTHING_EARLY = Collections.unmodifiableSet(
            EnumSet.of(Signal.KILL, Signal.HUP, Signal.INT, Signal.TERM, Signal.USR1, Signal.USR2));

    private final Map<Integer, Slot> slots = new TreeMap<>();
    private final RecentKills kills = new RecentKills();
    private final ClusterEvents events;
    private final Duration first;
    private final Duration longest;
    private final int erroredAfter;
    private final long goodAfterNanos;

    Slots(ClusterSettings settings, ClusterEvents events) {
        this.events = events;
        first = settings.duration(Setting.RESTART_BACKOFF);
        longest = settings.duration(Setting.RESTART_BACKOFF_MAX);
        erroredAfter = settings.count(Setting.RESTART_ERRORED_AFTER);
        goodAfterNanos = settings.duration(Setting.RESTART_GOOD_AFTER).toNanos();
    }

    private Slot slot(int number, long nowNanos) {
        return slots.computeIfAbsent(number, key -> new Slot(key, backoff(), nowNanos));
    }

    private Backoff backoff() {
        return new Backoff(
                first, longest, erroredAfter, () -> ThreadLocalRandom.current().nextDouble());
    }

    boolean isDue(int number, int generation, long nowNanos) {
        return slot(number, nowNanos).isDue(generation, nowNanos);
    }

    /** How long until the next slot is due that is not yet, at most so long. */
    long nanosToNext(long mostNanos, long nowNanos) {
        return slots.values().stream()
                .mapToLong(slot -> slot.dueNanos() - nowNanos)
                .filter(nanos -> nanos > 0)
                .reduce(mostNanos, Math::min);
    }

    /** A worker was lost that had not been asked to leave; says what that means. */
    Loss lost(ManagedWorker worker, WorkerState before, String why, long nowNanos) {
        Loss loss = loss(worker, before, nowNanos);
        lost(worker.slot(), worker.generation(), loss, why, nowNanos);
        return loss;
    }

    private Loss loss(ManagedWorker worker, WorkerState before, long nowNanos) {
        if (worker.isRefused()) {
            return Loss.REFUSED;
        }
        boolean killed = isEndedBy(worker, Signal.KILL::equals);
        if (worker.wasReady()) {
            slot(worker.slot(), nowNanos).noteReady();
        }
        if (killed && WorkerSteps.isServing(before) && kills.forgive(nowNanos)) {
            return Loss.KILLED_FROM_OUTSIDE;
        }
        if (isEndedBy(worker, SAYS_NOTHING_EARLY::contains)
                && WorkerSteps.isStarting(before)
                && slot(worker.slot(), nowNanos).forgiveEarlyKill()) {
            return Loss.KILLED_BEFORE_READY;
        }
        return worker.provenNanos(nowNanos) >= goodAfterNanos ? Loss.AFTER_GOOD_RUN : Loss.FAILURE;
    }

    /** Its worker is to be replaced: soon after its start that is as if it had failed. */
    void exhausted(ManagedWorker worker, String why, long nowNanos) {
        boolean good = worker.provenNanos(nowNanos) >= goodAfterNanos;
        lost(worker.slot(), worker.generation(), good ? Loss.AFTER_GOOD_RUN : Loss.FAILURE, why, nowNanos);
    }

    private static boolean isEndedBy(ManagedWorker worker, Predicate<Signal> which) {
        return worker.exitStatus()
                .filter(status -> status instanceof Signaled signaled && which.test(signaled.signal()))
                .isPresent();
    }

    /** A slot has lost its worker, or could not be filled. */
    void lost(int number, int generation, Loss loss, String why, long nowNanos) {
        Slot slot = slot(number, nowNanos);
        long wait = slot.lost(generation, loss, nowNanos);
        if (wait > 0) {
            String next = "tried again in " + Duration.ofNanos(wait).toMillis() + " ms";
            events.publish("slot.backoff", number, generation, why + "; " + next);
        }
        if (loss == Loss.REFUSED) {
            errored(slot, generation, why + "; not tried again in this generation");
        } else if (slot.failures() >= erroredAfter) {
            String next = "; from now on tried every " + longest.toMillis() + " ms";
            errored(slot, generation, slot.failures() + " failures in a row, the last: " + why + next);
        }
    }

    private void errored(Slot slot, int generation, String why) {
        if (slot.tellErrored()) {
            LOG.error("cannot fill slot {}: {}", slot.number(), why);
            events.publish("slot.errored", slot.number(), generation, why);
        }
    }

    /** A worker that has been ready for long enough clears its slot's past. */
    void noteRun(ManagedWorker worker, long nowNanos) {
        Slot slot = slot(worker.slot(), nowNanos);
        boolean good = WorkerSteps.isServing(worker.state()) && worker.provenNanos(nowNanos) >= goodAfterNanos;
        if (good && slot.isAiling()) {
            slot.heal(nowNanos);
            events.publish("slot.healed", worker.slot(), worker.generation(), "");
        }
    }

    /** Another generation is tried: what was before says nothing of it. */
    void startAnew(long nowNanos) {
        slots.values().forEach(slot -> slot.startAnew(nowNanos));
    }

    /** There are so many slots from now on; those beyond start anew if they come back. */
    void keep(int count) {
        slots.keySet().removeIf(number -> number > count);
    }
}
