package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Gathers a whole body and then hands it on. Memory grows with what has arrived, not with what was announced. Used on the
 * connection's event loop.
 */
final class BodyCollector implements BodyFeed {
    /** The longest array that every JVM makes. */
    static final int MOST = Integer.MAX_VALUE - 8;

    private static final int FIRST_CAPACITY = 16 * 1024;

    private final Consumer<Body> whenWhole;
    private byte[] bytes;
    private int length;

    /**
     * A collector for about that many bytes.
     *
     * @throws HttpFailure 413 if no array holds them
     */
    BodyCollector(long expectedLength, Consumer<Body> whenWhole) {
        check(expectedLength);
        this.whenWhole = whenWhole;
        this.bytes = new byte[(int) Math.min(expectedLength, FIRST_CAPACITY)];
    }

    /**
     * Refuses what no array holds.
     *
     * @throws HttpFailure 413
     */
    static void check(long length) {
        if (length > MOST) {
            throw new HttpFailure(413, "a body that is read as a whole has at most " + MOST + " bytes");
        }
    }

    @Override
    public boolean wantsMore() {
        return true;
    }

    @Override
    public void accept(ByteBuf in, int count) {
        if (count > bytes.length - length) {
            long needed = (long) length + count;
            check(needed);
            bytes = Arrays.copyOf(bytes, (int) Math.min(MOST, Math.max(needed, 2L * bytes.length)));
        }
        in.readBytes(bytes, length, count);
        length += count;
    }

    @Override
    public void complete() {
        whenWhole.accept(new WholeBody(length == bytes.length ? bytes : Arrays.copyOf(bytes, length)));
    }

    @Override
    public void fail(IOException cause) {
        bytes = new byte[0];
        length = 0;
    }
}
