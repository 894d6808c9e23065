package dev.handoff.cluster.spi;

import dev.handoff.cluster.CurrentWorker;
import java.util.ServiceLoader;

/** What a process knows of itself as a worker. */
public interface WorkerProvider {
    /** Whether this process was started as a worker. */
    boolean isWorker();

    /**
     * This worker.
     *
     * @throws IllegalStateException if this process is none, or has not begun to work yet
     */
    CurrentWorker current();

    /** The one on the class path. */
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
