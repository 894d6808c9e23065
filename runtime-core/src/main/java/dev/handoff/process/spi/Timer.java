package dev.handoff.process.spi;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Runs actions after a delay, on one daemon thread, {@code handoff-timer}, which waits for nothing else. */
public final class Timer {
    private static final Logger LOG = Logs.of(Timer.class);
    private static final ScheduledThreadPoolExecutor EXECUTOR =
            new ScheduledThreadPoolExecutor(1, task -> Threads.daemon("handoff-timer", task));

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private Timer() {}

    /**
     * Starts the thread, if it does not run yet, and the JDK's thread for time-outs of futures, so that later limits need no new thread.
     *
     * @throws NoThreadException if the kernel grants no thread
     */
    public static void prepare() throws NoThreadException {
        Threads.inLibrary("handoff-timer", EXECUTOR::prestartCoreThread);
        Threads.inLibrary(
                "time-outs of futures", () -> new CompletableFuture<Void>().orTimeout(1, TimeUnit.NANOSECONDS));
    }

    /**
     * Runs an action after a delay, on that thread. Without {@link #prepare} before, the action may wait for a later call that can start the
     * thread.
     *
     * @param delay one of more than 292 years counts as that
     * @return cancels the action
     */
    public static Runnable after(Duration delay, Runnable action) {
        Limit limit = new Limit(action);
        try {
            var scheduled = Threads.inLibrary(
                    "handoff-timer",
                    () -> EXECUTOR.schedule(limit, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS));
            return () -> scheduled.cancel(false);
        } catch (NoThreadException e) {
            LOG.warn("{}: an action that is due in {} ms waits", e.getMessage(), delay.toMillis());
            return limit::forget;
        }
    }

    /** The action. Its error is not swallowed by a future that is never asked. */
    private static final class Limit implements Runnable {
        private final Runnable action;
        private volatile boolean forgotten;

        Limit(Runnable action) {
            this.action = action;
        }

        void forget() {
            forgotten = true;
        }

        @Override
        public void run() {
            if (!forgotten) {
                Threads.guard(action);
            }
        }
    }
}
