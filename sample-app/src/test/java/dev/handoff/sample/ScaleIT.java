package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.RunningCluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The number of workers changes while they serve. */
class ScaleIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final int MOST = 8;

    @Test
    @Tag("slow")
    void upAndDownUnderLoadLosesNothing() {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1).setting("workersMax", MOST));
        try (Load load = Load.on(cluster.port())
                .with(3, Behaviour.NEW)
                .with(3, Behaviour.KEEP_ALIVE)
                .with(4, Behaviour.SLOW_POST)
                .with(4, Behaviour.SILENT_THEN_SEND)) {
            for (int workers = 2; workers <= MOST; workers++) {
                cluster.scaleTo(workers, Signal.TTIN);
            }
            cluster.awaitReady(MOST);
            for (int workers = MOST - 1; workers >= 1; workers--) {
                cluster.scaleTo(workers, Signal.TTOU);
            }
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }
}
