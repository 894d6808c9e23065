package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A piece of a response that is made of a file.
 *
 * @param before the lines that come before the bytes of the file, ISO-8859-1
 * @param range what follows of the file
 */
record FilePart(String before, ByteRange range) {
    /** A part of the file alone. */
    static FilePart of(ByteRange range) {
        return new FilePart("", range);
    }

    /** Bytes of both. */
    long length() {
        return before.length() + range.length();
    }

    ByteBuf beforeBytes() {
        return Unpooled.wrappedBuffer(before.getBytes(ISO_8859_1));
    }
}
