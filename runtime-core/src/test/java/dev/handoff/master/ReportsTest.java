package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.WorkerState;
import dev.handoff.probe.Prober;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
    private static final long NOW = Long.MAX_VALUE;

    private final ClusterSettings settings = ClusterSettings.defaults();
    private final List<ManagedWorker> ready = new ArrayList<>();
    private final IdleWorker idle;
    private final ManagedWorker worker;
    private final Reports reports;

    ReportsTest(@TempDir Path directory) throws IOException {
        idle = new IdleWorker(settings, directory, NOW);
        worker = idle.worker;
        Prober prober = new Prober(settings, idle.acceptor::probe, Runnable::run);
        reports = new Reports(
                idle.roster,
                idle.lifecycle,
                new StopSequence(settings),
                idle.acceptor,
                prober,
                idle.proxy,
                Duration.ofMillis(10),
                ready::add,
                (ended, cut) -> {});
    }

    @AfterEach
    void end() {
        idle.close();
    }

    @Test
    void whoBreaksALaneIsEndedAtOnce() {
        idle.getReady(NOW);
        reports.onLaneBroken(worker.id(), "nonsense", NOW);
        assertThat(worker.state()).isEqualTo(WorkerState.TERMINATING);
        reports.onLaneBroken(worker.id(), "more of it", NOW);
        assertThat(worker.state()).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whoseLaneHasEndedMayBeAboutToExit() {
        idle.getReady(NOW);
        reports.onLaneFailed(worker.id(), "the worker closed it", NOW);
        assertThat(worker.state()).isEqualTo(WorkerState.READY);
        assertThat(worker.gone().orElseThrow().why()).contains("the worker closed it");
    }

    @Test
    void aProbeThatFailedIsNotTheLast() {
        idle.getProbed(NOW);
        reports.onProbed(worker, Optional.of("status 503"), NOW);
        assertThat(worker.state()).isEqualTo(WorkerState.PROBING);
        assertThat(worker.startup().probeFailure()).isEqualTo("status 503");
        reports.onProbed(worker, Optional.empty(), NOW);
        assertThat(ready).containsExactly(worker);
    }
}
