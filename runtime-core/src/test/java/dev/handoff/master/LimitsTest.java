package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - SECOND;

    private final ClusterSettings settings = ClusterSettings.defaults()
            .with(Setting.DRAIN_LIMIT, Duration.ofSeconds(20))
            .with(Setting.KILL_AFTER, Duration.ZERO);
    private final StopSequence stop = new StopSequence(settings);
    private final IdleWorker idle;
    private final ManagedWorker worker;
    private final Lifecycle lifecycle;
    private final Limits limits;

    LimitsTest(@TempDir Path directory) throws IOException {
        idle = new IdleWorker(settings, directory, NOW);
        worker = idle.worker;
        lifecycle = idle.lifecycle;
        BeatWatch beats = new BeatWatch(settings, false, lifecycle, idle.acceptor, new Punctuality(idle.events, NOW));
        limits = new Limits(settings, lifecycle, beats, stop, idle.events);
    }

    @AfterEach
    void end() {
        idle.close();
    }

    @Test
    void aDrainMayLastAsLongAsItsLimitAndAMoment() {
        idle.getReady(NOW);
        lifecycle.drain(worker, NOW, "test");
        assertThat(stateAfter(20 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(21 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whoIgnoresItsLimitIsKilledWithinASecondAndTheTimeBetweenTermAndKill() {
        idle.getReady(NOW);
        lifecycle.drain(worker, NOW, "test");
        stateAfter(20 * SECOND + SECOND / 2);
        assertThat(stateAfter(20 * SECOND + SECOND / 2)).isEqualTo(WorkerState.KILLING);
    }

    @Test
    void whoHasSaidGoodbyeHasAMomentFromThenOn() {
        idle.getReady(NOW);
        lifecycle.drain(worker, NOW, "test");
        lifecycle.disconnected(worker, NOW + 15 * SECOND);
        assertThat(stateAfter(15 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(17 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(18 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whoHasLostUsIsDrainedAndThenHasAMoment() {
        idle.getReady(NOW);
        worker.noteGone("test", NOW);
        lifecycle.disconnected(worker, NOW);
        assertThat(stateAfter(2 * SECOND)).isEqualTo(WorkerState.READY);
        assertThat(stateAfter(3 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(5 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(6 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void theDrainOfAStopBeganWhenItsListenersBeganToBeClosed() {
        idle.getReady(NOW);
        stop.enter(StopSequence.Phase.CLOSING, NOW);
        stop.enter(StopSequence.Phase.DRAINING, NOW + 15 * SECOND);
        lifecycle.drain(worker, NOW + 15 * SECOND, "test");
        assertThat(stateAfter(20 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(21 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whomEvenKillDoesNotEndIsNotWaitedForForEver() {
        assertThat(idle.roster.isOver()).isFalse();
        lifecycle.kill(worker, NOW, "test");
        assertThat(stateAfter(4 * SECOND)).isEqualTo(WorkerState.KILLING);
        assertThat(idle.roster.isOver()).isFalse();
        stateAfter(5 * SECOND);
        assertThat(idle.roster.isOver()).isTrue();
    }

    @Test
    void whoIsNotReadyInTimeIsEndedForWhatItsProbeFoundLast() {
        idle.getProbed(NOW);
        worker.startup().noteProbeFailure("status 500");
        worker.startup().noteProbeFailure("status 503");
        assertThat(stateAfter(59 * SECOND)).isEqualTo(WorkerState.PROBING);
        assertThat(stateAfter(60 * SECOND)).isEqualTo(WorkerState.TERMINATING);
        assertThat(worker.startup().probeFailure()).isEqualTo("status 503");
    }

    private WorkerState stateAfter(long nanos) {
        limits.apply(worker, NOW + nanos);
        return worker.state();
    }
}
