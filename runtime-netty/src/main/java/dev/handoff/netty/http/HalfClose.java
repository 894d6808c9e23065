package dev.handoff.netty.http;

import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;

/**
 * How long a client that has ended its direction has got nothing. It may wait for its answer, or have closed: over TCP the two look
 * alike until something is sent. Used on the connection's event loop.
 */
final class HalfClose {
    private final LoopClock clock;
    private final Http1Writer writer;
    private final WriteWatch.Outbound outbound;
    private long since;
    private long writes;

    HalfClose(LoopClock clock, Http1Writer writer, WriteWatch.Outbound outbound) {
        this.clock = clock;
        this.writer = writer;
        this.outbound = outbound;
        this.since = clock.now();
        this.writes = writer.writes();
    }

    /** Whether nothing was sent for that long; what waits for the client counts as sent. Looked at now and then. */
    boolean isSilentFor(long ticks) {
        if (writes != writer.writes() || outbound.isWaiting()) {
            writes = writer.writes();
            since = clock.now();
        }
        return clock.now() - since >= ticks;
    }
}
