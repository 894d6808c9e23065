package dev.handoff.netty.worker;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import dev.handoff.worker.Replaceable;
import java.util.function.Supplier;

/**
 * Memory, or threads, that have run out. The JVM goes on after that ({@code -XX:+ExitOnOutOfMemoryError} is for what the JVM itself could
 * not allocate), and request after request may fail. The worker serves on all the same: if nothing is left for anyone, there would be no
 * other one. Where it has a successor to hope for, it asks for it, and leaves when that is ready.
 */
public final class Exhaustion {
    private static final RareLog LOG = new RareLog(Logs.of(Exhaustion.class));

    private Exhaustion() {}

    /** Lets this process's worker ask for a successor if a failure comes of exhaustion. Any thread. */
    static void check(Throwable failure) {
        check(failure, Cluster::worker);
    }

    /** Lets the worker ask for a successor if a failure comes of exhaustion. Any thread. */
    public static void check(Throwable failure, CurrentWorker worker) {
        check(failure, () -> worker);
    }

    private static void check(Throwable failure, Supplier<CurrentWorker> worker) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                String what = String.valueOf(cause.getMessage());
                LOG.warn("this process has run out, and serves on: " + what);
                if (worker.get() instanceof Replaceable replaceable) {
                    replaceable.askForSuccessor(what);
                }
                return;
            }
        }
    }
}
