package dev.handoff.netty;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory outside the heap, or threads, that have run out. The JVM goes on after that ({@code -XX:+ExitOnOutOfMemoryError}
 * is for what the JVM itself could not allocate), and a worker would fail request after request: it leaves, and its
 * successor starts afresh.
 */
final class Exhaustion {
    private static final Logger LOG = LoggerFactory.getLogger(Exhaustion.class);

    private Exhaustion() {}

    /** Lets this process's worker leave if a failure comes of exhaustion. Any thread. */
    static void check(Throwable failure) {
        check(failure, Cluster::worker);
    }

    /** Lets the worker leave if a failure comes of exhaustion. Any thread. */
    static void check(Throwable failure, CurrentWorker worker) {
        check(failure, () -> worker);
    }

    private static void check(Throwable failure, Supplier<CurrentWorker> worker) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                LOG.error("this worker has run out and leaves, to be replaced: {}", cause.getMessage());
                worker.get().disconnect();
                return;
            }
        }
    }
}
