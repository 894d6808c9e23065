package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
import java.util.Locale;
import org.slf4j.Logger;

/**
 * Reports the begin and the end of an overload, once each: clients wait in the master because a backlog is nearly full, or are
 * answered 503. It ends when no client has waited for a second, so that a load around the limit does not fill the log. The
 * acceptor's thread only.
 */
final class Overload {
    private static final Logger LOG = Logs.of(Overload.class);
    private static final long CALM_NANOS = 1_000_000_000;

    private final Acceptor.Events events;
    private boolean begun;
    private long begunNanos;
    private long answeredBefore;
    private long busyNanos;

    Overload(Acceptor.Events events) {
        this.events = events;
    }

    boolean isBegun() {
        return begun;
    }

    /**
     * Reports the begin, unless the overload has begun already.
     *
     * @param waiting connections that wait in the master
     * @param answered clients that had been answered 503 before
     */
    void begin(int waiting, long answered, long nowNanos) {
        busyNanos = nowNanos;
        if (!begun) {
            begun = true;
            begunNanos = nowNanos;
            answeredBefore = answered;
            String how = "no worker has room for a connection: " + waiting + " wait in the master";
            LOG.warn("overload: {}", how);
            events.onOverloadBegin(how);
        }
    }

    /** Reports the end, if no client has waited for long enough. */
    void advance(int waiting, long answered, long nowNanos) {
        if (!begun) {
            return;
        }
        if (waiting > 0) {
            busyNanos = nowNanos;
        } else if (nowNanos - busyNanos >= CALM_NANOS) {
            begun = false;
            String how = String.format(
                    Locale.ROOT,
                    "no client waits in the master any more; %d clients were answered 503 in %.1f s",
                    answered - answeredBefore,
                    (busyNanos - begunNanos) / 1e9);
            LOG.info("the overload is over: {}", how);
            events.onOverloadEnd(how);
        }
    }
}
