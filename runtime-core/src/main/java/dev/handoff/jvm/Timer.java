package dev.handoff.jvm;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time limits, kept by one daemon thread, {@code handoff-timer}, which never waits for anything else. */
public final class Timer {
    private static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(null, task, "handoff-timer", 0, false);
        thread.setDaemon(true);
        return thread;
    });

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private Timer() {}

    /**
     * Does something after a while, on that thread.
     *
     * @return what keeps it from being done
     */
    public static Runnable after(Duration delay, Runnable action) {
        var scheduled = EXECUTOR.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }
}
