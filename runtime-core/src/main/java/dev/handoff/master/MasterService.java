package dev.handoff.master;

import dev.handoff.acceptor.Platform;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.spi.MasterProvider;
import java.util.function.Consumer;

/** Makes this process a master. A service. */
public final class MasterService implements MasterProvider {
    /** Called by the service loader. */
    public MasterService() {}

    @Override
    public SupervisedCluster supervise(ClusterSettings settings, Consumer<SupervisedCluster> begun) {
        Platform.checkThisOne();
        return MasterBuilder.start(checked(settings), begun);
    }

    private static ClusterSettings checked(ClusterSettings settings) {
        try {
            ClusterSettings resolved = settings.resolved();
            if (resolved.count(Setting.WORKERS) < 1) {
                throw new IllegalArgumentException("workers = 0: a cluster that is supervised has at least one");
            }
            resolved.listeners();
            resolved.policy();
            return resolved;
        } catch (IllegalArgumentException e) {
            throw new StartException(StartException.WRONG_SETTING, String.valueOf(e.getMessage()), e);
        }
    }
}
