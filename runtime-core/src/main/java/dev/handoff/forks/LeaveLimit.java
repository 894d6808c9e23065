package dev.handoff.forks;

import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.Signal;
import dev.handoff.process.spi.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

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
    /** Sends a worker what is to end it. */
    interface Enforcer {
        /** Sends it a signal, by which it gets into that state. */
        void end(ForkedProcess worker, WorkerState next, Signal signal, String why);
    }

    private final Duration limit;
    private final Duration killAfter;
    private final Enforcer enforcer;
    private final AtomicInteger forced = new AtomicInteger();

    LeaveLimit(Duration limit, Duration killAfter, Enforcer enforcer) {
        this.limit = limit;
        this.killAfter = killAfter;
        this.enforcer = enforcer;
    }

    /**
     * Begins now.
     *
     * @param asked the workers that leave
     * @param gone done when none of them is left
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
        late.forEach(worker -> enforcer.end(
                worker,
                WorkerState.TERMINATING,
                worker.killSignal(),
                overdue(
                        limit,
                        "it was asked to leave: sent " + worker.killSignal() + ", KILL follows in "
                                + killAfter.toMillis() + " ms")));
        Timer.after(
                killAfter,
                () -> stillThere(late)
                        .forEach(worker -> enforcer.end(
                                worker,
                                WorkerState.KILLING,
                                Signal.KILL,
                                overdue(killAfter, worker.killSignal() + ": sent KILL"))));
    }

    private static String overdue(Duration since, String what) {
        return "still there " + since.toMillis() + " ms after " + what;
    }
}
