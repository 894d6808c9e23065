package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that send at the moment that hurts most. */
class WorstPhaseIT {
    private static final int CLIENTS = 100;
    private static final long APART_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static RunningCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = CLUSTERS.start(aCluster().setting("http.keepAlive", 1));
    }

    @Test
    void clientsThatThinkAsLongAsAnnouncedLoseNothing() {
        think(32, 64);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void manyClientsThatThinkAsLongAsAnnouncedLoseNothing() {
        think(400, 100_000);
    }

    private static void think(int clients, long requests) {
        try (Load load = Load.on(cluster.port()).with(clients, Behaviour.WORST_PHASE)) {
            await(requests + " answers").atMost(Duration.ofHours(2)).until(() -> load.answered() >= requests);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
            LongRuns.note("R5", "think time as long as the announced keep-alive time", load);
        }
    }

    /** One after the other, half a millisecond apart, from the signal on: some meet the very step in which theirs leaves. */
    @Test
    void clientsThatSendAsTheirWorkerLeavesLoseNothing() throws IOException {
        RunningCluster leaving = CLUSTERS.start(aCluster());
        List<StrictConnection> idle = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            idle.add(leaving.connect());
            idle.get(client).askWho();
        }
        long worker = leaving.aWorker();
        RunningCluster.send(worker, Signal.TERM);
        long begin = System.nanoTime();
        for (int client = 0; client < CLIENTS; client++) {
            LockSupport.parkNanos(begin + client * APART_NANOS - System.nanoTime());
            idle.get(client).sendGet("/plaintext");
        }
        for (StrictConnection client : idle) {
            assertThat(client.answer().text()).isEqualTo("Hello world\n");
            client.close();
        }
        leaving.awaitReplaced(Set.of(worker), 2);
    }
}
