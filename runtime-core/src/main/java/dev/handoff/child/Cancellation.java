package dev.handoff.child;

import dev.handoff.process.SpawnOptions;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for the stage that cancels a child. A stage cannot be left: what it keeps of a child that is gone is small. */
final class Cancellation {
    private final AtomicReference<@Nullable Consumer<@Nullable Throwable>> action;

    private Cancellation(Consumer<@Nullable Throwable> action) {
        this.action = new AtomicReference<>(action);
    }

    /**
     * Begins to wait.
     *
     * @param action gets what the stage failed with, or null
     */
    static Cancellation of(SpawnOptions options, Consumer<@Nullable Throwable> action) {
        Cancellation cancellation = new Cancellation(action);
        options.cancellation().ifPresent(stage -> stage.whenComplete((value, failure) -> cancellation.cancel(failure)));
        return cancellation;
    }

    private void cancel(@Nullable Throwable failure) {
        Consumer<@Nullable Throwable> waiting = action.getAndSet(null);
        if (waiting != null) {
            waiting.accept(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
        }
    }

    /** The child has ended: there is nothing left to cancel. */
    void forget() {
        action.set(null);
    }
}
