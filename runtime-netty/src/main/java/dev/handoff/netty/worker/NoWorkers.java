package dev.handoff.netty.worker;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.Logs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;

/** A cluster without workers: there is nothing to replace, to scale, or to listen for. */
abstract class NoWorkers implements SupervisedCluster {
    private static final Logger LOG = Logs.of(NoWorkers.class);
    private static final String WHY = "this process serves by itself (workers = 0)";
    private static final Subscription NEVER = () -> {};

    @Override
    public final int size() {
        return 0;
    }

    @Override
    public final Map<Integer, Worker> workers() {
        return Map.of();
    }

    @Override
    public final CompletableFuture<RollResult> reload(IfRunning ifRunning) {
        String reason = "there are no workers to replace: " + WHY;
        LOG.info("{}", reason);
        return CompletableFuture.completedFuture(
                new RollResult(RollResult.Verdict.REFUSED, 1, reason, List.of(), Duration.ZERO));
    }

    @Override
    public final CompletableFuture<Void> scale(int workers) {
        return cannotBeScaled();
    }

    @Override
    public final CompletableFuture<Void> scaleBy(int change) {
        return cannotBeScaled();
    }

    private static CompletableFuture<Void> cannotBeScaled() {
        String reason = "cannot be scaled: " + WHY;
        LOG.info("{}", reason);
        return CompletableFuture.failedFuture(new IllegalStateException(reason));
    }

    @Override
    public final Subscription onFork(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onOnline(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onListening(BiConsumer<Worker, ListenAddress> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onReady(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onLeaving(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onDisconnect(Consumer<Worker> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onMessage(BiConsumer<? super Worker, ? super Message> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onExit(BiConsumer<Worker, ExitStatus> listener) {
        return NEVER;
    }

    @Override
    public final Subscription onEvent(Consumer<ClusterEvent> listener) {
        return NEVER;
    }
}
