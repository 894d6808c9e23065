package dev.handoff.unix;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What clients and peers can have logged by the thousand: so many lines a second at most, of which the next one says how many it stands for. Any thread. */
public final class RareLog {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private final int linesASecond;
    private boolean any;
    private long windowNanos;
    private int lines;
    private long unlogged;

    /** Writes to that logger, a line a second. */
    public RareLog(Logger log) {
        this(log, 1);
    }

    /** Writes to that logger, so many lines a second. */
    public RareLog(Logger log, int linesASecond) {
        this.log = log;
        this.linesASecond = linesASecond;
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
    public void warn(String line, long nowNanos) {
        String more = admit(nowNanos);
        if (more != null) {
            log.warn("{}{}", line, more);
        }
    }

    /** Tells of a failure, or counts it. */
    public void error(String line, Throwable failure) {
        String more = admit(System.nanoTime());
        if (more != null) {
            log.error("{}{}", line, more, failure);
        }
    }

    /** Gives what the line says of those before it; null if it is to be counted only. */
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
