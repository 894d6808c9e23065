package dev.handoff.cluster.spi;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.SupervisedCluster;

/** What makes a process a master. */
public interface MasterProvider {
    /** See {@link dev.handoff.cluster.Cluster#supervise}. */
    SupervisedCluster supervise(ClusterSettings settings);
}
