package dev.handoff.cluster.spi;

import dev.handoff.cluster.ForkingCluster;
import java.util.ServiceLoader;

/** Makes this process a master that forks. */
public interface ForkingProvider {
    /** See {@link dev.handoff.cluster.Cluster#master()}. */
    ForkingCluster master();

    /** The provider on the class path. */
    static ForkingProvider get() {
        return Holder.PROVIDER;
    }

    /** Looked up once. */
    final class Holder {
        private static final ForkingProvider PROVIDER = ServiceLoader.load(ForkingProvider.class)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("runtime-core's services are missing from the class path"));

        private Holder() {}
    }
}
