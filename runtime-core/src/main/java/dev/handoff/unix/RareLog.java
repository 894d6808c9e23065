package dev.handoff.unix;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A log for lines that clients and peers can cause by the thousand. It writes a limited number a second and counts the others; the next
 * line that is written says how many were left out. Any thread.
 */
public final class RareLog {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private final int linesASecond;
    private boolean any;
    private long windowNanos;
    private int lines;
    private long unlogged;

    /** Writes to that logger, at most one line a second. */
    public RareLog(Logger log) {
        this(log, 1);
    }

    /** Writes to that logger, at most that many lines a second. */
    public RareLog(Logger log, int linesASecond) {
        this.log = log;
        this.linesASecond = linesASecond;
    }

    /** Writes a warning, or counts it. */
    public void warn(String line) {
        warn(line, System.nanoTime());
    }

    /**
     * Writes a warning, or counts it.
     *
     * @param nowNanos a reading of {@link System#nanoTime}
     */
    public void warn(String line, long nowNanos) {
        String more = admit(nowNanos);
        if (more != null) {
            log.warn("{}{}", line, more);
        }
    }

    /** Writes an error with its failure, or counts it. */
    public void error(String line, Throwable failure) {
        String more = admit(System.nanoTime());
        if (more != null) {
            log.error("{}{}", line, more, failure);
        }
    }

    /** Gives what the line says about those that were left out; null if this one is only counted. */
    private synchronized @Nullable String admit(long nowNanos) {
        if (!any || nowNanos - windowNanos >= WINDOW_NANOS) {
            any = true;
            windowNanos = nowNanos;
            lines = 0;
        }
        if (lines == linesASecond) {
            unlogged++;
            return null;
        }
        lines++;
        String more = unlogged == 0 ? "" : " (and " + unlogged + " more since the last line)";
        unlogged = 0;
        return more;
    }
}
