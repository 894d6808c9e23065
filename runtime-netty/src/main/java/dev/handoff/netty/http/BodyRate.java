package dev.handoff.netty.http;

import dev.handoff.netty.worker.LoopClock;
import java.time.Duration;

/**
 * How long a client may still take for a body of which it has to send so many bytes a second. It begins with the time that it may be
 * silent; waiting uses that up, and each byte that comes earns some of it again, never more than it began with. So a client is late
 * that sends too slowly on the average, however often a byte comes. Used on the connection's event loop.
 */
final class BodyRate {
    private final double mostTicks;
    private final double ticksPerByte;
    private double left;

    /**
     * A client that has all of its time.
     *
     * @param silentTicks how long it may send nothing, at least 1
     * @param bytesPerSecond at least 1
     */
    BodyRate(long silentTicks, int bytesPerSecond) {
        this.mostTicks = silentTicks;
        this.ticksPerByte = LoopClock.ticks(Duration.ofSeconds(1)) / (double) bytesPerSecond;
        this.left = silentTicks;
    }

    /** Another body begins. */
    void reset() {
        left = mostTicks;
    }

    /** The client was waited for. */
    void waited(long ticks) {
        left -= ticks;
    }

    /** So many bytes have come. */
    void received(long bytes) {
        left = Math.min(mostTicks, left + bytes * ticksPerByte);
    }

    /** How long the next bytes may take; 0: the client is late. */
    long ticksLeft() {
        return Math.max(0, (long) Math.ceil(left));
    }
}
