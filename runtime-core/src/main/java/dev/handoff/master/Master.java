package dev.handoff.master;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.spi.WorkerMessages;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.Closer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A running cluster, as the program sees it: passes orders on to the supervisor and shows what that knows. Any thread
 * may call.
 */
final class Master implements SupervisedCluster {

    private final Supervisor supervisor;
    private final SupervisorProxy proxy;
    private final EventBus events;
    private final Completions completions;
    private final List<ListenAddress> addresses;
    private final WorkerMessages messages = new WorkerMessages();
    private final CompletableFuture<StopResult> stopped = new CompletableFuture<>();
    private final Thread thread;

    /**
     * One that has not begun.
     *
     * @param closer gives back all that the cluster holds, once the last worker is gone
     */
    Master(
            Supervisor supervisor,
            SupervisorProxy proxy,
            Inbox inbox,
            EventBus events,
            Completions completions,
            List<ListenAddress> addresses,
            Closer closer) {
        this.supervisor = supervisor;
        this.proxy = proxy;
        this.events = events;
        this.completions = completions;
        this.addresses = addresses;
        this.thread = Threads.keeping("handoff-supervisor", () -> work(inbox, closer));
        onFork(messages::joined);
        onExit((worker, status) -> messages.left(worker));
    }

    /** Starts the supervisor; the process lives as long as it works. */
    void begin() throws NoThreadException {
        thread.setUncaughtExceptionHandler(Fatal::end);
        Threads.start(thread);
    }

    private void work(Inbox inbox, Closer closer) {
        StopResult result = supervisor.run();
        closer.close();
        inbox.close().forEach(message -> message.handle(supervisor, System.nanoTime()));
        events.publish("cluster.stopped", 0, 0, result.graceful() ? "" : result.toString());
        events.close();
        completions.complete(stopped, result);
    }

    /**
     * Waits for the first workers, or for a stop while they start.
     *
     * @throws StartException if they do not get ready; all has ended then
     */
    void awaitWorkers() {
        try {
            CompletableFuture.anyOf(supervisor.booted(), stopped).get();
        } catch (ExecutionException e) {
            endAtOnce();
            throw e.getCause() instanceof StartException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            endAtOnce();
            Thread.currentThread().interrupt();
            throw new StartException(
                    StartException.NO_WORKER_READY, "interrupted while the first workers were starting", e);
        }
    }

    private void endAtOnce() {
        kill();
        stopped.join();
    }

    @Override
    public List<ListenAddress> addresses() {
        return addresses;
    }

    @Override
    public int size() {
        return supervisor.wanted();
    }

    @Override
    public Map<Integer, Worker> workers() {
        return supervisor.workers();
    }

    @Override
    public CompletableFuture<RollResult> reload(IfRunning ifRunning) {
        CompletableFuture<RollResult> answer = new CompletableFuture<>();
        if (!proxy.reload(ifRunning, answer)) {
            answer.complete(new RollResult(Verdict.STOPPED, 0, "the cluster has stopped", List.of(), Duration.ZERO));
        }
        return answer.copy();
    }

    @Override
    public CompletableFuture<Void> scale(int workers) {
        if (workers < 1 || workers > Supervisor.MOST_WORKERS) {
            throw new IllegalArgumentException(
                    "cannot scale to " + workers + " workers: expected 1 to " + Supervisor.MOST_WORKERS);
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        return answer(answer, proxy.scale(workers, answer));
    }

    @Override
    public CompletableFuture<Void> scaleBy(int change) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        return answer(answer, proxy.scaleBy(change, answer));
    }

    private static CompletableFuture<Void> answer(CompletableFuture<Void> answer, boolean ordered) {
        if (!ordered) {
            answer.completeExceptionally(new IllegalStateException("cannot be scaled: the cluster has stopped"));
        }
        return answer.copy();
    }

    @Override
    public CompletableFuture<StopResult> stop() {
        proxy.stop();
        return stopped();
    }

    @Override
    public CompletableFuture<StopResult> stopped() {
        return stopped.copy();
    }

    @Override
    public void kill() {
        proxy.kill();
    }

    @Override
    public void close() {
        stop().join();
    }

    // --- events -----------------------------------------------------------------------------------------------------

    @Override
    public Subscription onEvent(Consumer<ClusterEvent> listener) {
        return events.subscribe(notice -> listener.accept(notice.event()));
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
        return on("worker.listening", worker -> addresses.forEach(address -> listener.accept(worker, address)));
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

    private Subscription on(String name, Consumer<Worker> listener) {
        return events.subscribe(notice -> {
            Worker worker = notice.worker();
            if (worker != null && notice.event().name().equals(name)) {
                listener.accept(worker);
            }
        });
    }
}
