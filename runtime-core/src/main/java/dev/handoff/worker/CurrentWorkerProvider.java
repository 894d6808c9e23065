package dev.handoff.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.spi.WorkerProvider;
import dev.handoff.wire.Role;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells whether this process is a worker, and which. A service. */
public final class CurrentWorkerProvider implements WorkerProvider {
    private static final AtomicReference<@Nullable CurrentWorker> CURRENT = new AtomicReference<>();

    private static final AtomicReference<@Nullable Origin> ORIGIN = new AtomicReference<>();

    private record Origin(Optional<Role> role) {}

    /** Called by the service loader. */
    public CurrentWorkerProvider() {}

    /** Sets which worker this process is from now on. */
    public static void set(CurrentWorker worker) {
        CURRENT.set(worker);
    }

    /**
     * Sets which worker this process is from now on, if it is none yet.
     *
     * @return whether it was none
     */
    public static boolean setIfNone(CurrentWorker worker) {
        return CURRENT.compareAndSet(null, worker);
    }

    /** This process is not that worker any more, if it was. */
    public static void unset(CurrentWorker worker) {
        CURRENT.compareAndSet(worker, null);
    }

    /**
     * The role that this process was started with. It is looked up once: the master may be gone at a later call.
     *
     * @throws Role.OrphanException if it was started as a worker whose master is gone
     */
    public static Optional<Role> role() {
        Origin known = ORIGIN.get();
        if (known == null) {
            known = new Origin(Role.ofThisProcess());
            ORIGIN.set(known);
        }
        return known.role();
    }

    @Override
    public boolean isWorker() {
        role().filter(Role::isForked).ifPresent(CurrentWorkerProvider::beginOnce);
        return role().isPresent();
    }

    /** A worker that the program has forked begins with its first call of {@link #isWorker}. */
    private static synchronized void beginOnce(Role role) {
        if (CURRENT.get() == null) {
            CURRENT.set(ForkedSelf.begin(role));
        }
    }

    @Override
    public CurrentWorker current() {
        boolean isWorker = isWorker();
        CurrentWorker worker = CURRENT.get();
        if (worker == null) {
            throw new IllegalStateException(
                    isWorker
                            ? "this worker has not begun to work: it does so in ClusterServer.run"
                            : "this process is a master, not a worker: ask Cluster.isWorker() first");
        }
        return worker;
    }
}
