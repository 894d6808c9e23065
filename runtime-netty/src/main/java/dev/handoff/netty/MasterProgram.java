package dev.handoff.netty;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.SupervisedCluster;

/** The main thread of a master that does nothing but serve. */
final class MasterProgram {
    private MasterProgram() {}

    /** Serves until a signal stops it; returns when all has ended. */
    static void run(ClusterSettings settings, boolean signals) {
        SupervisedCluster cluster = Cluster.supervise(settings);
        if (signals) {
            MasterSignals.obey(cluster);
        }
        cluster.stopped().join();
    }
}
