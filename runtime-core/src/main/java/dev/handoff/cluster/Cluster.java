package dev.handoff.cluster;

import dev.handoff.cluster.spi.ForkingProvider;
import dev.handoff.cluster.spi.MasterProvider;
import dev.handoff.cluster.spi.WorkerProvider;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A master's workers, and the question which of the two this process is.
 *
 * <p>A worker is this program once more: its {@code main} runs again, with a role in its environment. Code before the
 * cluster is started runs in every process, code behind it in the master alone.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}; one that throws
 * stops no other.
 */
public interface Cluster extends AutoCloseable {
    /** Whether this process is a master: it was not started as a worker. */
    static boolean isMaster() {
        return !isWorker();
    }

    /** Whether this process was started as a worker. */
    static boolean isWorker() {
        return WorkerProvider.get().isWorker();
    }

    /**
     * This worker.
     *
     * @throws IllegalStateException if this process is not a worker, or has not begun to work yet
     */
    static CurrentWorker worker() {
        return WorkerProvider.get().current();
    }

    /**
     * This process as a master that forks when its program says so: always the same one. Asking for it changes nothing.
     *
     * @throws IllegalStateException in a worker
     */
    static ForkingCluster master() {
        if (isWorker()) {
            throw new IllegalStateException(
                    "this process is a worker, and only a master forks: ask Cluster.isMaster() first");
        }
        return ForkingProvider.get().master();
    }

    /**
     * Starts workers and keeps their number. To be called in a master.
     *
     * @return once the first {@link Setting#WORKERS} workers are ready
     * @throws StartException if it cannot listen, the name is taken, or no worker ever got ready; nothing is left behind
     */
    static SupervisedCluster supervise(ClusterSettings settings) {
        return supervise(settings, begun -> {});
    }

    /**
     * Starts workers and keeps their number. To be called in a master.
     *
     * @param begun gets the cluster, on this thread, as soon as it listens and before its first worker is started: to hear
     *     of every event, or to stop it while it starts
     * @return once the first {@link Setting#WORKERS} workers are ready, or the cluster has been stopped
     * @throws StartException as {@link #supervise(ClusterSettings)}
     */
    static SupervisedCluster supervise(ClusterSettings settings, Consumer<SupervisedCluster> begun) {
        return ServiceLoader.load(MasterProvider.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("runtime-core's services are missing from the class path"))
                .supervise(settings, begun);
    }

    /** The workers there are, by id: a snapshot. A worker stays until both its channel and its process have ended. */
    Map<Integer, Worker> workers();

    /** A worker's process was started. */
    Subscription onFork(Consumer<Worker> listener);

    /** A worker has said hello. */
    Subscription onOnline(Consumer<Worker> listener);

    /** A worker listens on an address. */
    Subscription onListening(BiConsumer<Worker, ListenAddress> listener);

    /** A worker has answered its probe and is in rotation. */
    Subscription onReady(Consumer<Worker> listener);

    /** A worker takes no more connections, draining or gone: once for each. */
    Subscription onLeaving(Consumer<Worker> listener);

    /** A worker's control channel has ended: once for each that had one. */
    Subscription onDisconnect(Consumer<Worker> listener);

    /** A worker's process has ended: once for each. */
    Subscription onExit(BiConsumer<Worker, ExitStatus> listener);

    /** A worker's program has sent a message: see {@link Worker#onMessage}. */
    Subscription onMessage(BiConsumer<? super Worker, ? super Message> listener);

    /** Everything that happens. */
    Subscription onEvent(Consumer<ClusterEvent> listener);

    @Override
    void close();
}
