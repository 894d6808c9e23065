package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;

/**
 * Gathers the many short pieces of a head in an array and moves them into a buffer at once: one copy across the border of
 * the heap costs as much as one piece does. There is one for each event loop, used and done with before anything else runs.
 */
public final class HeadWriter {
    private static final int FIRST_CAPACITY = 1024;
    private static final int MOST_DIGITS = 20;
    private static final FastThreadLocal<HeadWriter> WRITERS = new FastThreadLocal<>() {
        @Override
        protected HeadWriter initialValue() {
            return new HeadWriter();
        }
    };

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;

    private HeadWriter() {}

    /** The one of this thread, empty. */
    static HeadWriter get() {
        HeadWriter writer = WRITERS.get();
        writer.length = 0;
        return writer;
    }

    int length() {
        return length;
    }

    HeadWriter add(byte[] piece) {
        return add(piece, 0, piece.length);
    }

    /** Adds a part of an array. */
    public HeadWriter add(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
        return this;
    }

    /** Adds a number that is not negative. */
    HeadWriter addDecimal(long number) {
        reserve(MOST_DIGITS);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    ByteBuf writeTo(ByteBuf out) {
        return out.writeBytes(bytes, 0, length);
    }

    private void reserve(int count) {
        if (count > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
    }
}
