package dev.handoff.netty.websocket;

import java.time.Duration;

/**
 * What WebSockets may do.
 *
 * @param maxFrame bytes of payload in one frame of a client
 * @param maxMessage bytes of a client's message
 * @param ping how often a client is asked whether it is there
 * @param deflate whether messages are compressed for clients that offer it
 */
public record WebSocketSettings(int maxFrame, int maxMessage, Duration ping, boolean deflate) {
    private static final int MIB = 1024 * 1024;

    /** Where nothing was said. */
    public static final WebSocketSettings DEFAULTS = new WebSocketSettings(MIB, MIB, Duration.ofSeconds(30), true);

    /** The same with these limits instead. */
    public WebSocketSettings withMaxMessage(int frame, int message) {
        return new WebSocketSettings(frame, message, ping, deflate);
    }

    /** The same with this time instead. */
    public WebSocketSettings withPing(Duration every) {
        return new WebSocketSettings(maxFrame, maxMessage, every, deflate);
    }

    /** The same with this instead. */
    public WebSocketSettings withDeflate(boolean on) {
        return new WebSocketSettings(maxFrame, maxMessage, ping, on);
    }
}
