package dev.handoff.netty;

import java.time.Duration;

/**
 * What WebSockets may do.
 *
 * @param maxFrame bytes of payload in one frame of a client
 * @param maxMessage bytes of a client's message
 * @param ping how often a client is asked whether it is there
 * @param deflate whether messages are compressed for clients that offer it
 */
record WebSocketSettings(int maxFrame, int maxMessage, Duration ping, boolean deflate) {
    private static final int MIB = 1024 * 1024;

    static final WebSocketSettings DEFAULTS = new WebSocketSettings(MIB, MIB, Duration.ofSeconds(30), true);

    WebSocketSettings withMaxMessage(int frame, int message) {
        return new WebSocketSettings(frame, message, ping, deflate);
    }

    WebSocketSettings withPing(Duration every) {
        return new WebSocketSettings(maxFrame, maxMessage, every, deflate);
    }

    WebSocketSettings withDeflate(boolean on) {
        return new WebSocketSettings(maxFrame, maxMessage, ping, on);
    }
}
