package dev.handoff.master;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who waits for a number of workers to be reached. The supervisor's thread only. */
final class ScaleOrders {
    private record Order(int workers, CompletableFuture<Void> answer) {}

    private final Completions completions;
    private final List<Order> waiting = new ArrayList<>();

    ScaleOrders(Completions completions) {
        this.completions = completions;
    }

    /** Another number is wanted: those who wait for a different one wait in vain. */
    void add(int workers, CompletableFuture<Void> answer) {
        List<Order> others =
                waiting.stream().filter(order -> order.workers() != workers).toList();
        others.forEach(order -> fail(order.answer(), "scaled to " + workers + " workers instead"));
        waiting.removeAll(others);
        waiting.add(new Order(workers, answer));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The number is reached. */
    void succeed() {
        waiting.forEach(order -> completions.done(order.answer()));
        waiting.clear();
    }

    /** The cluster stops. */
    void stop() {
        waiting.forEach(order -> stopped(order.answer()));
        waiting.clear();
    }

    /** Answers an order that comes too late. */
    void stopped(CompletableFuture<Void> answer) {
        fail(answer, "the cluster is stopping");
    }

    private void fail(CompletableFuture<Void> answer, String why) {
        completions.fail(answer, new IllegalStateException("cannot be scaled: " + why));
    }
}
