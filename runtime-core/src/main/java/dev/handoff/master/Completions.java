package dev.handoff.master;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Completes futures that programs hold. What depends on them runs on other threads than the supervisor's and that of the
 * listeners, so that it may wait for either.
 *
 * @param threads enough of them: a dependant may block
 */
record Completions(Executor threads) {
    <T> void complete(CompletableFuture<T> future, T value) {
        threads.execute(() -> future.complete(value));
    }

    void done(CompletableFuture<Void> future) {
        threads.execute(() -> future.complete(null));
    }

    void fail(CompletableFuture<?> future, Throwable failure) {
        threads.execute(() -> future.completeExceptionally(failure));
    }
}
