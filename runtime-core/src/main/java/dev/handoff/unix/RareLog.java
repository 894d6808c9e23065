package dev.handoff.unix;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Warnings that may come by the thousand: a line a second at most, which says how many it stands for. Any thread. */
public final class RareLog {
    private static final long BETWEEN_LINES_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private boolean any;
    private long lastNanos;
    private long unlogged;

    /** Writes to that logger. */
    public RareLog(Logger log) {
        this.log = log;
    }

    /** Warns, or counts. */
    public void warn(String line) {
        warn(line, System.nanoTime());
    }

    /**
     * Warns, or counts.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public synchronized void warn(String line, long nowNanos) {
        if (any && nowNanos - lastNanos < BETWEEN_LINES_NANOS) {
            unlogged++;
            return;
        }
        log.warn("{}{}", line, unlogged == 0 ? "" : " (and " + unlogged + " more since the last line)");
        any = true;
        lastNanos = nowNanos;
        unlogged = 0;
    }
}
