package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;

import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Fault;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Faults one after the other under load, in an order that chance has chosen: {@code -Dhandoff.test.seed=N} chooses that of a seed
 * that was printed.
 */
class FaultsIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    @Tag("slow")
    void faultsCostNobodyAnythingButThoseWhomAKilledWorkerHadTakenUp() throws IOException {
        play(1);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void manyFaultsCostNobodyAnythingButThoseWhomKilledWorkersHadTakenUp() throws IOException {
        play(50);
    }

    private static void play(int rounds) throws IOException {
        long seed =
                Long.getLong("handoff.test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        // A frozen worker is let go before anybody asks what is wrong with it.
        // Connections that are moved between workers which stay could not be told from those that a killed one had.
        RunningCluster cluster = CLUSTERS.start(
                aCluster().tellingEvents().setting("beat.soft", 60).setting("balance", "off"));
        Set<Long> victims = new HashSet<>();
        try (Load load = Load.on(cluster.port())
                .askingWho()
                .with(4, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.PIPELINED)
                .with(2, Behaviour.SILENT_THEN_SEND)
                .with(2, Behaviour.IDLE_THEN_SEND)
                .with(2, Behaviour.HALF_HEAD)
                .with(2, Behaviour.SLOW_POST)
                .with(2, Behaviour.EARLY_CLOSE)) {
            for (int round = 0; round < rounds; round++) {
                List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
                Collections.shuffle(faults, random);
                System.out.println("faults of seed " + seed + ": " + faults);
                for (Fault fault : faults) {
                    if (fault.befall(cluster, load, random)) {
                        // It had its own connections, and what workers that had left handed on to it.
                        victims.addAll(cluster.endedWorkers());
                    }
                    LoadAssert.assertThat(load, cluster)
                            .refusedNobodyAndLeftNobodyHanging()
                            .cutOnlyBy(victims);
                }
            }
            LoadAssert.assertThat(load.stop(), cluster)
                    .refusedNobodyAndLeftNobodyHanging()
                    .cutOnlyBy(victims);
            System.out.println(rounds + " rounds of faults: " + load);
        }
    }
}
