package dev.handoff.forks;

import dev.handoff.cluster.StopResult;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Timer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;

/**
 * Ends workers that were asked to leave and are still there at a limit:
 *
 * <pre>
 *   asked to leave ──limit──▶ sent the kill signal of its settings ──kill.after──▶ sent KILL
 * </pre>
 *
 * Signals are sent on {@code handoff-timer}.
 */
final class LeaveLimit {
    private static final Logger LOG = Logs.of(LeaveLimit.class);

    private final Duration limit;
    private final Duration killAfter;
    private final AtomicInteger forced = new AtomicInteger();

    LeaveLimit(Duration limit, Duration killAfter) {
        this.limit = limit;
        this.killAfter = killAfter;
    }

    /**
     * Begins now.
     *
     * @param asked who is meant
     * @param gone done when nobody is left
     * @return done then, with how many had to be sent a signal
     */
    CompletableFuture<StopResult> apply(List<ForkedProcess> asked, CompletableFuture<Void> gone) {
        Runnable forget = Timer.after(limit, () -> end(stillThere(asked)));
        return gone.thenApply(done -> {
            forget.run();
            return new StopResult(forced.get(), 0);
        });
    }

    private static List<ForkedProcess> stillThere(List<ForkedProcess> workers) {
        return workers.stream().filter(worker -> !worker.isDead()).toList();
    }

    private void end(List<ForkedProcess> late) {
        forced.addAndGet(late.size());
        late.forEach(worker -> send(
                worker,
                worker.killSignal(),
                limit,
                "it was asked to leave: sends it " + worker.killSignal() + ", KILL follows in " + killAfter.toMillis()
                        + " ms"));
        Timer.after(
                killAfter,
                () -> stillThere(late)
                        .forEach(worker ->
                                send(worker, Signal.KILL, killAfter, worker.killSignal() + ": sends it KILL")));
    }

    private static void send(ForkedProcess worker, Signal signal, Duration since, String what) {
        LOG.warn("{} is still there {} ms after {}", worker, since.toMillis(), what);
        try {
            worker.kill(signal);
        } catch (UncheckedIOException e) {
            LOG.error("{} goes on: {}", worker, e.getMessage());
        }
    }
}
