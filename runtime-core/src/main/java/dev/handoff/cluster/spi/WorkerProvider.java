package dev.handoff.cluster.spi;

import dev.handoff.cluster.CurrentWorker;
import java.util.ServiceLoader;

/** Tells whether this process is a worker, and which. */
public interface WorkerProvider {
    /** Whether this process was started as a worker. */
    boolean isWorker();

    /**
     * This worker.
     *
     * @throws IllegalStateException if this process is no worker, or has not begun to work yet
     */
    CurrentWorker current();

    /** The provider on the class path. */
    static WorkerProvider get() {
        return Holder.PROVIDER;
    }

    /** Looked up once. */
    final class Holder {
        private static final WorkerProvider PROVIDER = ServiceLoader.load(WorkerProvider.class)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("runtime-core's services are missing from the class path"));

        private Holder() {}
    }
}
