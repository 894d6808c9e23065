package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Certificate;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TLS stay with their worker, which ends them by announcement. */
@Tag("core")
class TlsIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @TempDir
    static Path directory;

    private static Certificate certificate;
    private static RunningCluster cluster;

    @BeforeAll
    static void startCluster() throws IOException {
        certificate = Certificate.in(directory);
        // Idle ones are closed behind that: not while a test is about to say something.
        cluster = CLUSTERS.start(aCluster().overTls(certificate).setting("drain.idleMin", 10_000));
    }

    @Test
    @Tag("slow")
    void rollsUnderMixedLoadLoseNothing() {
        rollUnderMixedLoad(2, 1_000);
    }

    @Test
    @Tag("long")
    void ahundredRollsUnderMixedLoadLoseNothing() {
        rollUnderMixedLoad(100, 1_000_000);
    }

    private static void rollUnderMixedLoad(int rolls, long requests) {
        try (Load load = Load.on(cluster.port(), certificate.client())
                .with(2, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.PIPELINED)
                .with(2, Behaviour.SLOW_POST)
                .with(2, Behaviour.HALF_HEAD)
                .with(2, Behaviour.SILENT_THEN_SEND)
                .with(4, Behaviour.IDLE_THEN_SEND)) {
            for (int roll = 0; roll < rolls; roll++) {
                cluster.roll();
            }
            await(requests + " answers").atMost(Duration.ofHours(2)).until(() -> load.answered() >= requests);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
            LongRuns.note("R7", "TLS, HTTP/1.1: " + rolls + " rolls under a mixed load", load);
        }
    }

    /** Its keys are the worker's: it is told with its next answer, by the worker that it has had all the time. */
    @Test
    void idleOneIsServedByTheWorkerThatLeavesAndToldThatItIsTheLastTime() throws IOException {
        long leaving;
        try (StrictConnection idle = cluster.connect()) {
            leaving = idle.askWho();
            RunningCluster.send(leaving, Signal.TERM);
            await("another has come").until(() -> cluster.workers().size() == 3);
            Answer last = idle.get("/info");
            assertThat(last.pid()).isEqualTo(leaving);
            assertThat(last.header("Connection")).isEqualToIgnoringCase("close");
            idle.mustEnd();
        }
        cluster.awaitReplaced(Set.of(leaving), 2);
    }
}
