package dev.handoff.master;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.workers.WorkerSteps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The difference between the workers wanted and those there are, and the next steps to close it. Crash, scaling, roll
 * and the way back from a failed roll are all such a difference, so they share this one path. Pure: made for one look,
 * decides, does nothing.
 *
 * <p>A worker is <em>outdated</em> if it is of another generation than the wanted one, if it has run out of something, or if its
 * slot has a newer one. A slot is <em>vacant</em> if no worker in it serves or starts, and <em>stale</em> if all that do are outdated. A
 * stale slot is replaced: a new worker first, and only when that one is ready the old one leaves. So at most {@link Wanted#surge} more
 * than wanted are ever in rotation, and never fewer than before owing to a roll or a shortage. Of the slots that are one too many, a
 * ready worker stays until as many as are wanted are ready without it.
 *
 * @param <W> the master's kind of worker
 */
final class Gap<W extends Worker> {
    /**
     * What ought to be.
     *
     * @param workers how many, in slots 1 to that
     * @param generation of which generation
     * @param proven whether one of that generation was ever ready; before, one is tried at a time
     * @param floor replacing must not leave fewer ready than that
     * @param surge the most slots replaced at the same time
     * @param parallel the most workers starting at the same time
     */
    record Wanted(int workers, int generation, boolean proven, int floor, int surge, int parallel) {}

    private final Wanted wanted;
    private final List<W> workers;
    private final Predicate<? super W> isExhausted;

    /**
     * The difference now.
     *
     * @param isExhausted whether a worker has run out of something that its successor may have
     */
    Gap(Wanted wanted, Collection<W> workers, Predicate<? super W> isExhausted) {
        this.wanted = wanted;
        this.workers = List.copyOf(workers);
        this.isExhausted = isExhausted;
    }

    /** The slots in which to start a worker now, those of dead workers first. */
    List<Integer> toFill(IntPredicate isDue) {
        List<Integer> vacant = slots(this::isVacant);
        return vacant.isEmpty() ? staleToFill(isDue) : vacantToFill(vacant, isDue);
    }

    private List<Integer> vacantToFill(List<Integer> vacant, IntPredicate isDue) {
        // Unproven: only the first vacant slot counts, so that its back-off is not got round by trying the others.
        List<Integer> candidates = wanted.proven() ? vacant : vacant.subList(0, 1);
        return candidates.stream().filter(isDue::test).limit(roomToStart()).toList();
    }

    private List<Integer> staleToFill(IntPredicate isDue) {
        long replacing = slots(slot -> !isStale(slot) && hasSeveral(slot)).size();
        long processes = count(worker -> worker.state() != WorkerState.EXITED);
        long room = Math.min(wanted.surge() - replacing, 2L * wanted.workers() + wanted.surge() - processes);
        return slots(this::isStale).stream()
                .filter(isDue::test)
                .limit(Math.max(0, Math.min(room, roomToStart())))
                .toList();
    }

    private long roomToStart() {
        long most = wanted.proven() ? wanted.parallel() : 1;
        return Math.max(0, most - count(worker -> WorkerSteps.isStarting(worker.state())));
    }

    /** The workers that are to leave now. */
    List<W> toRetire() {
        List<W> leaving = new ArrayList<>();
        long ready = count(worker -> worker.state() == WorkerState.READY);
        for (W worker : workers) {
            boolean isReady = worker.state() == WorkerState.READY;
            if (mayLeave(worker, isReady ? ready - 1 : ready)) {
                leaving.add(worker);
                ready -= isReady ? 1 : 0;
            }
        }
        return leaving;
    }

    private boolean mayLeave(W worker, long readyThen) {
        if (WorkerSteps.isLeaving(worker.state())) {
            return false;
        }
        if (worker.slot() > wanted.workers()) {
            return worker.state() != WorkerState.READY || readyThen >= wanted.workers();
        }
        if (!isOutdated(worker)) {
            return false;
        }
        boolean enoughAreReady = readyThen >= Math.min(wanted.floor(), wanted.workers());
        return WorkerSteps.isStarting(worker.state()) || (isReplaced(worker) && enoughAreReady);
    }

    /** By a ready one that is better, or at least newer. */
    private boolean isReplaced(W worker) {
        return staying(worker.slot())
                .filter(this::isReadyAndOfWantedGeneration)
                .anyMatch(other -> other.id() > worker.id() || !isOutdated(other));
    }

    /** Whether each slot has a ready worker of the wanted generation. */
    boolean isFilled() {
        return missing().isEmpty();
    }

    /** The slots that have none. */
    List<Integer> missing() {
        return slots(slot -> staying(slot).noneMatch(this::isReadyAndOfWantedGeneration));
    }

    /** Whether that is so and all others are gone. */
    boolean isClosed() {
        return isFilled() && count(worker -> worker.state() != WorkerState.EXITED) == wanted.workers();
    }

    private boolean isVacant(int slot) {
        return staying(slot).findAny().isEmpty();
    }

    private boolean isStale(int slot) {
        return staying(slot).allMatch(this::isOutdated);
    }

    private boolean hasSeveral(int slot) {
        return staying(slot).count() > 1;
    }

    private boolean isOutdated(W worker) {
        return !isOfWantedGeneration(worker) || isExhausted.test(worker) || hasSuccessor(worker);
    }

    /** Whether one was started in its place, because it had run out, and perhaps has no more. */
    private boolean hasSuccessor(W worker) {
        return staying(worker.slot()).anyMatch(other -> isOfWantedGeneration(other) && other.id() > worker.id());
    }

    private boolean isReadyAndOfWantedGeneration(W worker) {
        return isOfWantedGeneration(worker) && worker.state() == WorkerState.READY;
    }

    private boolean isOfWantedGeneration(W worker) {
        return worker.generation() == wanted.generation();
    }

    private Stream<W> staying(int slot) {
        return workers.stream().filter(worker -> worker.slot() == slot && !WorkerSteps.isLeaving(worker.state()));
    }

    private List<Integer> slots(IntPredicate which) {
        return IntStream.rangeClosed(1, wanted.workers()).filter(which).boxed().toList();
    }

    private long count(Predicate<W> which) {
        return workers.stream().filter(which).count();
    }
}
