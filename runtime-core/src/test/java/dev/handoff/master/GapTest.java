package dev.handoff.master;

import static dev.handoff.cluster.WorkerState.DRAINING;
import static dev.handoff.cluster.WorkerState.EXITED;
import static dev.handoff.cluster.WorkerState.READY;
import static dev.handoff.cluster.WorkerState.STARTING;
import static dev.handoff.cluster.WorkerState.SUSPECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.WorkerState;
import dev.handoff.master.Gap.Wanted;
import dev.handoff.workers.FakeWorker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GapTest {
    private final List<FakeWorker> workers = new ArrayList<>();
    private final Set<Integer> exhausted = new HashSet<>();

    @Test
    void oneIsTriedAtATimeUntilOneWasReady() {
        assertThat(toFill(unproven(4))).containsExactly(1);
        add(1, 1, STARTING);
        assertThat(toFill(unproven(4))).isEmpty();
    }

    @Test
    void anUnprovenBuildDoesNotGetRoundItsBackoffByAnotherSlot() {
        assertThat(gap(unproven(4)).toFill(slot -> slot != 1)).isEmpty();
    }

    @Test
    void aProvenBuildStartsSeveralAtOnce() {
        add(1, 1, READY);
        assertThat(toFill(wanted(4, 1))).containsExactly(2, 3);
        add(2, 1, STARTING);
        assertThat(toFill(wanted(4, 1))).containsExactly(3);
    }

    @Test
    void slotsInBackoffDoNotHoldUpTheOthers() {
        add(1, 1, READY);
        assertThat(gap(wanted(3, 1)).toFill(slot -> slot != 2)).containsExactly(3);
    }

    @Test
    void aLeavingWorkerLeavesItsSlotVacantAtOnce() {
        add(1, 1, READY);
        add(2, 1, DRAINING);
        assertThat(toFill(wanted(2, 1))).containsExactly(2);
    }

    @Test
    void scalingDownTakesTheHighestSlots() {
        add(1, 1, READY);
        add(2, 1, SUSPECT);
        add(3, 1, STARTING);
        assertThat(retired(wanted(1, 1))).containsExactly(2, 3);
    }

    @Test
    void scalingDownKeepsAReadyWorkerUntilEnoughOthersAreReady() {
        add(1, 1, STARTING);
        add(2, 1, READY);
        assertThat(retired(wanted(1, 1))).isEmpty();
        replace(1, READY);
        assertThat(retired(wanted(1, 1))).containsExactly(2);
    }

    @Test
    void aRollStartsTheNewWorkerBeforeTheOldOneLeaves() {
        add(1, 1, READY);
        add(2, 1, READY);
        assertThat(toFill(rollTo2(2))).containsExactly(1);
        assertThat(retired(rollTo2(2))).isEmpty();

        add(1, 2, STARTING);
        assertThat(toFill(rollTo2(2))).isEmpty();
        assertThat(retired(rollTo2(2))).isEmpty();

        workers.remove(2);
        add(1, 2, READY);
        assertThat(toFill(rollTo2(2))).isEmpty();
        assertThat(retired(rollTo2(2))).containsExactly(1);
    }

    @Test
    void aVacantSlotIsFilledBeforeTheNextOneIsReplaced() {
        add(1, 1, READY);
        add(3, 1, READY);
        assertThat(toFill(rollTo2(3))).containsExactly(2);
    }

    @Test
    void anOldWorkerStaysWhileTooFewAreReadyWithoutIt() {
        add(1, 1, READY);
        add(1, 2, READY);
        add(2, 2, STARTING);
        assertThat(retired(rollTo2(2))).isEmpty();
    }

    @Test
    void aWorkerOfAnotherGenerationThatIsNotReadyLeavesAtOnce() {
        add(1, 1, READY);
        add(1, 2, STARTING);
        assertThat(retired(wanted(1, 1))).containsExactly(2);
    }

    @Test
    void aReadyWorkerOfAGenerationRolledBackServesUntilItIsReplaced() {
        add(1, 2, READY);
        add(2, 1, READY);
        assertThat(retired(wanted(2, 1))).isEmpty();
        assertThat(toFill(wanted(2, 1))).containsExactly(1);
    }

    @Test
    void drainingProcessesBoundHowFastARollMayGo() {
        for (int slot = 1; slot <= 2; slot++) {
            add(slot, 1, READY);
            add(slot, 1, DRAINING);
        }
        add(1, 1, DRAINING);
        assertThat(toFill(rollTo2(2))).isEmpty();
        workers.remove(4);
        assertThat(toFill(rollTo2(2))).containsExactly(1);
    }

    @Test
    void isFilledWhenEverySlotIsReadyAndClosedWhenTheOthersAreGone() {
        add(1, 2, READY);
        add(1, 1, DRAINING);
        assertThat(gap(wanted(1, 2)).isFilled()).isTrue();
        assertThat(gap(wanted(1, 2)).isClosed()).isFalse();
        workers.remove(1);
        add(1, 1, EXITED);
        assertThat(gap(wanted(1, 2)).isClosed()).isTrue();
        assertThat(gap(wanted(2, 2)).isFilled()).isFalse();
    }

    @Test
    void aWorkerThatHasRunOutServesUntilItsSuccessorIsReady() {
        add(1, 1, READY);
        add(2, 1, READY);
        exhausted.add(1);
        assertThat(toFill(wanted(2, 1))).containsExactly(1);
        assertThat(retired(wanted(2, 1))).isEmpty();

        add(1, 1, STARTING);
        assertThat(toFill(wanted(2, 1))).isEmpty();
        assertThat(retired(wanted(2, 1))).isEmpty();

        replace(3, READY);
        assertThat(toFill(wanted(2, 1))).isEmpty();
        assertThat(retired(wanted(2, 1))).containsExactly(1);
    }

    @Test
    void whenAllHaveRunOutTheyAreReplacedOneAfterTheOther() {
        add(1, 1, READY);
        add(2, 1, READY);
        exhausted.addAll(Set.of(1, 2));
        assertThat(toFill(wanted(2, 1))).containsExactly(1);
        add(1, 1, STARTING);
        assertThat(toFill(wanted(2, 1))).isEmpty();
    }

    @Test
    void oneThatHasEnoughAgainStaysUnlessItsSuccessorHasBegun() {
        add(1, 1, READY);
        assertThat(toFill(wanted(1, 1))).isEmpty();

        add(1, 1, STARTING);
        assertThat(toFill(wanted(1, 1))).isEmpty();
        assertThat(retired(wanted(1, 1))).isEmpty();
        replace(2, READY);
        assertThat(retired(wanted(1, 1))).containsExactly(1);

        replace(2, EXITED);
        assertThat(toFill(wanted(1, 1))).isEmpty();
        assertThat(retired(wanted(1, 1))).isEmpty();
    }

    @Test
    void aSuccessorThatHasRunOutAsWellTakesThePlaceAllTheSame() {
        add(1, 1, READY);
        add(1, 1, READY);
        exhausted.addAll(Set.of(1, 2));
        assertThat(retired(wanted(1, 1))).containsExactly(1);
    }

    @Test
    void aRollDoesNotWaitForTheSuccessorOfOneThatHasRunOut() {
        add(1, 2, READY);
        exhausted.add(1);
        assertThat(gap(wanted(1, 2)).isFilled()).isTrue();
    }

    /** Steps of a roll in any order that workers may get ready in: never fewer ready than before, never above N + surge. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void aRollNeverLeavesItsBounds(int count) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int slot = 1; slot <= count; slot++) {
            add(slot, 1, READY);
        }
        for (int surge = 1; surge <= count; surge++) {
            Wanted wanted = new Wanted(count, 1 + surge, true, count, surge, 4);
            for (int step = 0; !gap(wanted).isClosed(); step++) {
                assertThat(step).as("steps, seed %d", seed).isLessThan(1000);
                gap(wanted).toFill(slot -> true).forEach(slot -> add(slot, wanted.generation(), STARTING));
                retired(wanted).forEach(id -> replace(id, DRAINING));
                long ready = count(READY);
                assertThat(ready).as("ready, seed %d", seed).isBetween((long) count, (long) count + surge);
                oneStep(random);
            }
        }
    }

    /** Workers run out in any order, and have enough again: never fewer ready than wanted, never above N + surge. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void shortagesNeverLeaveTheirBounds(int count) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int slot = 1; slot <= count; slot++) {
            add(slot, 1, READY);
        }
        Wanted wanted = wanted(count, 1);
        for (int step = 0; step < 500 || !gap(wanted).isClosed(); step++) {
            assertThat(step).as("steps, seed %d", seed).isLessThan(1000);
            gap(wanted).toFill(slot -> true).forEach(slot -> add(slot, 1, STARTING));
            retired(wanted).forEach(id -> replace(id, DRAINING));
            assertThat(count(READY)).as("ready, seed %d", seed).isBetween((long) count, count + 1L);
            oneStep(random);
            exhausted.clear();
            if (step < 500) {
                workers.stream()
                        .filter(worker -> worker.state() == READY && random.nextInt(3) == 0)
                        .forEach(worker -> exhausted.add(worker.id()));
            }
        }
    }

    private void oneStep(Random random) {
        List<FakeWorker> moving = workers.stream()
                .filter(worker -> worker.state() == STARTING || worker.state() == DRAINING)
                .collect(Collectors.toList());
        if (!moving.isEmpty()) {
            FakeWorker chosen = moving.get(random.nextInt(moving.size()));
            replace(chosen.id(), chosen.state() == STARTING ? READY : EXITED);
        }
    }

    private void replace(int id, WorkerState state) {
        workers.replaceAll(
                worker -> worker.id() == id ? new FakeWorker(id, worker.slot(), worker.generation(), state) : worker);
    }

    private long count(WorkerState state) {
        return workers.stream().filter(worker -> worker.state() == state).count();
    }

    private void add(int slot, int generation, WorkerState state) {
        int id = 1 + workers.stream().mapToInt(FakeWorker::id).max().orElse(0);
        workers.add(new FakeWorker(id, slot, generation, state));
    }

    private static Wanted wanted(int count, int generation) {
        return new Wanted(count, generation, true, 0, 1, 2);
    }

    private static Wanted unproven(int count) {
        return new Wanted(count, 1, false, 0, 1, 2);
    }

    private static Wanted rollTo2(int count) {
        return new Wanted(count, 2, false, count, 1, 2);
    }

    private Gap<FakeWorker> gap(Wanted wanted) {
        return new Gap<>(wanted, workers, worker -> exhausted.contains(worker.id()));
    }

    private List<Integer> toFill(Wanted wanted) {
        return gap(wanted).toFill(slot -> true);
    }

    private List<Integer> retired(Wanted wanted) {
        return gap(wanted).toRetire().stream().map(FakeWorker::id).toList();
    }
}
