package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/** What a client sends first to speak HTTP/2 without having asked. Source: RFC 9113, section 3.4. */
final class Http2Preface {
    private static final byte[] BYTES = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private Http2Preface() {}

    /** Whether the buffer begins with it, or with a part of it and nothing else. */
    static boolean isPossible(ByteBuf in) {
        int count = Math.min(in.readableBytes(), BYTES.length);
        for (int i = 0; i < count; i++) {
            if (in.getByte(in.readerIndex() + i) != BYTES[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether all of a possible one is there. */
    static boolean isWhole(ByteBuf in) {
        return in.readableBytes() >= BYTES.length;
    }
}
