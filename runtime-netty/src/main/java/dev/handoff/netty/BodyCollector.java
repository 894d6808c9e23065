package dev.handoff.netty;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Gathers a whole body and then hands it on. Memory grows with what has arrived, not with what was announced. Used on the
 * connection's event loop.
 */
final class BodyCollector implements BodyFeed {
    private static final int FIRST_CAPACITY = 16 * 1024;

    private final Consumer<Body> whenWhole;
    private byte[] bytes;
    private int length;

    /** A collector for about that many bytes. */
    BodyCollector(int expectedLength, Consumer<Body> whenWhole) {
        this.whenWhole = whenWhole;
        this.bytes = new byte[Math.min(expectedLength, FIRST_CAPACITY)];
    }

    @Override
    public boolean wantsMore() {
        return true;
    }

    @Override
    public void accept(ByteBuf in, int count) {
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
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
