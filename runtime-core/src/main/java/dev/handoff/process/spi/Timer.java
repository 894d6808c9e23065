package dev.handoff.process.spi;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Time limits, kept by one daemon thread, {@code handoff-timer}, which never waits for anything else. */
public final class Timer {
    private static final Logger LOG = LoggerFactory.getLogger(Timer.class);
    private static final ScheduledThreadPoolExecutor EXECUTOR =
            new ScheduledThreadPoolExecutor(1, task -> Threads.daemon("handoff-timer", task));

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private Timer() {}

    /**
     * Starts the thread, if it is not there yet, and the JDK's that times futures out. Whatever sets a limit later finds them.
     *
     * @throws NoThreadException if the kernel grants none
     */
    public static void prepare() throws NoThreadException {
        Threads.inLibrary("handoff-timer", EXECUTOR::prestartCoreThread);
        Threads.inLibrary(
                "time-outs of futures", () -> new CompletableFuture<Void>().orTimeout(1, TimeUnit.NANOSECONDS));
    }

    /**
     * Does something after a while, on that thread. Without {@link #prepare} before, it may wait for a later call that can start the
     * thread.
     *
     * @return what keeps it from being done
     */
    public static Runnable after(Duration delay, Runnable action) {
        Limit limit = new Limit(action);
        try {
            var scheduled = Threads.inLibrary(
                    "handoff-timer", () -> EXECUTOR.schedule(limit, delay.toNanos(), TimeUnit.NANOSECONDS));
            return () -> scheduled.cancel(false);
        } catch (NoThreadException e) {
            LOG.warn("{}: what it should do in {} ms waits", e.getMessage(), delay.toMillis());
            return limit::forget;
        }
    }

    /** What is done; its error is not kept in a future that is never asked. */
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
