package dev.handoff.cluster.spi;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.SupervisedCluster;
import java.util.function.Consumer;

/** Makes this process a master. */
public interface MasterProvider {
    /** See {@link dev.handoff.cluster.Cluster#supervise(ClusterSettings, Consumer)}. */
    SupervisedCluster supervise(ClusterSettings settings, Consumer<SupervisedCluster> begun);
}
