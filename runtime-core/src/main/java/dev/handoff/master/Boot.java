package dev.handoff.master;

import dev.handoff.cluster.StartException;
import dev.handoff.output.WorkerOutput;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The first start of a cluster: over when as many workers as wanted are ready, given up when several were lost, or one was
 * refused, and none was ever ready. The supervisor's thread only.
 */
final class Boot {
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final int mostTries;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private boolean anyReady;
    private int failures;
    private boolean givenUp;

    Boot(int mostTries) {
        this.mostTries = mostTries;
    }

    /** Done when the first workers are ready, never if the cluster is stopped before; fails with {@link StartException}. */
    CompletableFuture<Void> done() {
        return done;
    }

    void workerReady() {
        anyReady = true;
    }

    void succeed(Completions completions) {
        if (!done.isDone()) {
            completions.done(done);
        }
    }

    /** A worker was lost, or could not be started. */
    void lost(Slot.Loss loss, String reason, @Nullable WorkerOutput output, Completions completions) {
        if (anyReady || givenUp || loss.isForgiven()) {
            return;
        }
        failures++;
        if (failures == mostTries || loss == Slot.Loss.REFUSED) {
            givenUp = true;
            CompletableFuture<Void> heard = output == null ? CompletableFuture.completedFuture(null) : output.onEnd();
            heard.completeOnTimeout(null, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                    .thenRun(() -> completions.fail(done, failure(reason, output == null ? List.of() : output.tail())));
        }
    }

    /** Whether no more is to be tried. */
    boolean isGivenUp() {
        return givenUp;
    }

    private StartException failure(String reason, List<String> lastLines) {
        StringBuilder message = new StringBuilder("no worker got ready in ")
                .append(failures)
                .append(failures == 1 ? " try" : " tries")
                .append("; the last one: ")
                .append(reason);
        if (!lastLines.isEmpty()) {
            message.append("; its last lines:");
            lastLines.forEach(line -> message.append("\n    ").append(line));
        }
        return new StartException(StartException.NO_WORKER_READY, message.toString());
    }
}
