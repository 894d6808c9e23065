package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;

/** Cuts the body of one request out of the bytes that carry it. Used on the connection's event loop. */
interface BodyReader {
    /** Whether nothing of this body is left to come. */
    boolean isComplete();

    /**
     * Hands on what the buffer holds of the body, as far as the feed takes it.
     *
     * @return whether this got any further
     * @throws HttpFailure 400 if it is malformed, 413 and 431 above the limits
     */
    boolean read(ByteBuf in, BodyFeed feed);

    /** The length in bytes that was announced, or a guess where none was. */
    long expectedLength();
}
