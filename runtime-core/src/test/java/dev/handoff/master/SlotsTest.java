package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import dev.handoff.master.Slot.Loss;
import dev.handoff.process.ExitStatus.Signaled;
import dev.handoff.process.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SlotsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - SECOND;
    private static final int SLOT = 1;
    private static final int GENERATION = 1;

    private final ClusterSettings settings = ClusterSettings.defaults()
            .option("restart.erroredAfter", "3")
            .with(Setting.RESTART_BACKOFF_MAX, Duration.ofSeconds(20));
    private final IdleWorker idle;
    private final Slots slots;
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();

    SlotsTest(@TempDir Path directory) throws IOException {
        idle = new IdleWorker(settings, directory, NOW);
        slots = new Slots(settings, idle.events);
    }

    @BeforeEach
    void listen() {
        idle.events.start();
        idle.events.subscribe(notice -> events.add(notice.event()));
    }

    @AfterEach
    void end() {
        idle.close();
        idle.events.close();
    }

    @Test
    void isErroredAfterSoManyFailuresTriedOnceEveryLongestWaitAndNeverGivenUp() {
        fail(2);
        assertThat(slots.isDue(SLOT, GENERATION, NOW + SECOND)).isTrue();
        for (int failure = 3; failure < 20; failure++) {
            fail(1);
            assertThat(slots.isDue(SLOT, GENERATION, NOW + 20 * SECOND - 1)).isFalse();
            assertThat(slots.isDue(SLOT, GENERATION, NOW + 25 * SECOND)).isTrue();
        }
        assertThat(causesOf("slot.errored"))
                .containsExactly("3 failures in a row, the last: no database; from now on tried every 20000 ms");
        assertThat(causesOf("slot.backoff")).hasSize(19);
    }

    @Test
    void aWorkerThatProvesItselfHealsItsSlot() {
        fail(3);
        idle.getReady(NOW);
        slots.noteRun(idle.worker, NOW + 9 * SECOND);
        assertThat(causesOf("slot.healed")).isEmpty();
        slots.noteRun(idle.worker, NOW + 10 * SECOND);
        slots.noteRun(idle.worker, NOW + 11 * SECOND);
        assertThat(causesOf("slot.healed")).hasSize(1);
        fail(3);
        assertThat(causesOf("slot.errored")).hasSize(2);
    }

    @Test
    void anotherGenerationStartsWithABackOffOfItsOwnAndHealsByAWorkerOnly() {
        fail(3);
        slots.startAnew(NOW);
        assertThat(slots.isDue(SLOT, GENERATION + 1, NOW)).isTrue();
        fail(3);
        assertThat(causesOf("slot.errored")).as("it is so still").hasSize(1);
        slots.startAnew(NOW);
        idle.getReady(NOW);
        slots.noteRun(idle.worker, NOW + 10 * SECOND);
        assertThat(causesOf("slot.healed")).hasSize(1);
    }

    /** Sent to the group of processes, they meet a worker before it handles them: that says nothing of its build. */
    @ParameterizedTest
    @EnumSource(names = {"KILL", "HUP", "INT", "TERM", "USR1", "USR2"})
    void aSignalFromOutsideThatEndsAWorkerBeforeItIsReadyIsForgivenAFewTimes(Signal signal) {
        idle.worker.exit(new Signaled(signal), NOW, "a signal");
        for (int kill = 0; kill < Slot.MOST_EARLY_KILLS; kill++) {
            assertThat(lostWhileItStarts()).isEqualTo(Loss.KILLED_BEFORE_READY);
        }
        assertThat(lostWhileItStarts()).isEqualTo(Loss.FAILURE);
    }

    @ParameterizedTest
    @EnumSource(names = {"ABRT", "SEGV", "BUS", "ILL"})
    void aCrashBeforeItIsReadyIsAFailure(Signal signal) {
        idle.worker.exit(new Signaled(signal), NOW, "a signal");
        assertThat(lostWhileItStarts()).isEqualTo(Loss.FAILURE);
    }

    private Loss lostWhileItStarts() {
        return slots.lost(idle.worker, WorkerState.STARTING, "a signal", NOW);
    }

    private void fail(int times) {
        for (int failure = 0; failure < times; failure++) {
            slots.lost(SLOT, GENERATION, Loss.FAILURE, "no database", NOW);
        }
    }

    /** Of all events so far: behind a last one, for they are told in order. */
    private List<String> causesOf(String name) {
        long before =
                events.stream().filter(event -> event.name().equals("mark")).count();
        idle.events.publish("mark", 0, 0, "");
        await().until(() ->
                events.stream().filter(event -> event.name().equals("mark")).count() > before);
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(ClusterEvent::cause)
                .toList();
    }
}
