package dev.handoff.workers;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.Worker;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.workers.ClusterEvents.Notice;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A cluster's listeners, which are the same for a supervised cluster and for one that forks. Any thread may call. */
public abstract class ObservedCluster implements Cluster {
    private final ClusterEvents events;
    private final WorkerMessages messages = new WorkerMessages();

    /** One whose listeners are told of these. */
    protected ObservedCluster(ClusterEvents events) {
        this.events = events;
    }

    /** Where the worker of a notice listens now. */
    protected abstract List<ListenAddress> addresses(Notice listening);

    /** Lets a worker's messages be heard from now on. */
    protected void joined(Worker worker) {
        messages.joined(worker);
    }

    /** A worker is gone. */
    protected void left(Worker worker) {
        messages.left(worker);
    }

    @Override
    public Subscription onFork(Consumer<Worker> listener) {
        return on("worker.forked", listener);
    }

    @Override
    public Subscription onOnline(Consumer<Worker> listener) {
        return on("worker.online", listener);
    }

    @Override
    public Subscription onListening(BiConsumer<Worker, ListenAddress> listener) {
        return events.subscribe(
                "worker.listening",
                (worker, notice) -> addresses(notice).forEach(address -> listener.accept(worker, address)));
    }

    @Override
    public Subscription onReady(Consumer<Worker> listener) {
        return on("worker.ready", listener);
    }

    @Override
    public Subscription onLeaving(Consumer<Worker> listener) {
        return on("worker.leaving", listener);
    }

    @Override
    public Subscription onDisconnect(Consumer<Worker> listener) {
        return on("worker.disconnected", listener);
    }

    @Override
    public Subscription onExit(BiConsumer<Worker, ExitStatus> listener) {
        return on("worker.exited", worker -> worker.exitStatus().ifPresent(status -> listener.accept(worker, status)));
    }

    @Override
    public Subscription onMessage(BiConsumer<? super Worker, ? super Message> listener) {
        return messages.listen(workers().values(), listener);
    }

    @Override
    public Subscription onEvent(Consumer<ClusterEvent> listener) {
        return events.subscribe(notice -> listener.accept(notice.event()));
    }

    private Subscription on(String name, Consumer<Worker> listener) {
        return events.subscribe(name, (worker, notice) -> listener.accept(worker));
    }
}
