package dev.handoff.master;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import dev.handoff.process.spi.Fatal;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.Closer;
import dev.handoff.workers.ClusterEvents;
import dev.handoff.workers.ClusterEvents.Notice;
import dev.handoff.workers.ObservedCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A running cluster, as the program sees it: passes orders on to the supervisor and shows what that knows. Any thread
 * may call.
 */
final class Master extends ObservedCluster implements SupervisedCluster {

    private final Supervisor supervisor;
    private final SupervisorProxy proxy;
    private final ClusterEvents events;
    private final Completions completions;
    private final List<ListenAddress> addresses;
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
            ClusterEvents events,
            Completions completions,
            List<ListenAddress> addresses,
            Closer closer) {
        super(events);
        this.supervisor = supervisor;
        this.proxy = proxy;
        this.events = events;
        this.completions = completions;
        this.addresses = addresses;
        this.thread = Threads.keeping("handoff-supervisor", () -> work(inbox, closer));
        onFork(this::joined);
        onExit((worker, status) -> left(worker));
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

    @Override
    protected List<ListenAddress> addresses(Notice listening) {
        return addresses;
    }
}
