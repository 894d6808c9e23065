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
 * The workers of a master. Its static methods tell whether this process is a master or a worker.
 *
 * <p>A worker runs the same program: its {@code main} runs again, in a process that has the role of a worker. Code before the start of
 * the cluster runs in every process, code after it only in the master.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}. A listener that throws does not stop
 * the others.
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
     * This process as a master that forks when its program says so: always the same object. The call itself changes nothing.
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
     * Starts workers and maintains their number. Must be called in a master.
     *
     * @return when the first {@link Setting#WORKERS} workers are ready
     * @throws StartException if it cannot listen, the name is taken, or no worker ever got ready; then nothing is left running
     */
    static SupervisedCluster supervise(ClusterSettings settings) {
        return supervise(settings, begun -> {});
    }

    /**
     * Starts workers and maintains their number. Must be called in a master.
     *
     * @param begun gets the cluster, on this thread, as soon as it listens and before its first worker is started. Here a program subscribes
     *     to every event, or gets the cluster to stop it while it starts
     * @return when the first {@link Setting#WORKERS} workers are ready, or the cluster has been stopped
     * @throws StartException as {@link #supervise(ClusterSettings)}
     */
    static SupervisedCluster supervise(ClusterSettings settings, Consumer<SupervisedCluster> begun) {
        return ServiceLoader.load(MasterProvider.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("runtime-core's services are missing from the class path"))
                .supervise(settings, begun);
    }

    /** The workers by id: a snapshot. A worker is in it until both its channel and its process have ended. */
    Map<Integer, Worker> workers();

    /** Calls the listener when a worker's process was started. */
    Subscription onFork(Consumer<Worker> listener);

    /** Calls the listener when a worker has said hello. */
    Subscription onOnline(Consumer<Worker> listener);

    /** Calls the listener when a worker listens on an address. */
    Subscription onListening(BiConsumer<Worker, ListenAddress> listener);

    /** Calls the listener when a worker has answered its probe and is in rotation. */
    Subscription onReady(Consumer<Worker> listener);

    /** Calls the listener when a worker gets no more connections, because it drains or has ended: once for each worker. */
    Subscription onLeaving(Consumer<Worker> listener);

    /** Calls the listener when a worker's control channel has ended: once for each worker that had one. */
    Subscription onDisconnect(Consumer<Worker> listener);

    /** Calls the listener when a worker's process has ended: once for each worker. */
    Subscription onExit(BiConsumer<Worker, ExitStatus> listener);

    /** Calls the listener with each message of a worker's program: see {@link Worker#onMessage}. */
    Subscription onMessage(BiConsumer<? super Worker, ? super Message> listener);

    /** Calls the listener with every event. */
    Subscription onEvent(Consumer<ClusterEvent> listener);

    @Override
    void close();
}
