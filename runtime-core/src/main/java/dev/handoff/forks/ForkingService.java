package dev.handoff.forks;

import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.spi.ForkingProvider;

/** Makes this process a master that forks. A service. */
public final class ForkingService implements ForkingProvider {
    private static final class Holder {
        private static final ForkingMaster MASTER = new ForkingMaster();
    }

    /** Called by the service loader. */
    public ForkingService() {}

    @Override
    public ForkingCluster master() {
        return Holder.MASTER;
    }
}
