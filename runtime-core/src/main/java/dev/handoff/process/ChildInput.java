package dev.handoff.process;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The standard input of a child: a stream, and Node's {@code Writable}. Any thread may write; what one thread writes arrives in order. A close
 * ends the input behind everything that was written.
 *
 * <p>On {@code handoff-events}, in a listener, a write does not block. Bytes for which the pipe has no room wait in memory, without limit, and
 * are written later; a program that writes much checks {@link #isWritable()} and goes on in {@link #onDrain}. Bytes that wait keep this JVM
 * alive. On any other thread a write blocks until the pipe has all bytes.
 *
 * <p>When the child has ended, or reads no more, writes fail with an {@link IOException}. Bytes of a listener that wait then are dropped, and
 * the next write fails.
 *
 * @see <a href="https://nodejs.org/api/stream.html#writable-streams">Node's documentation</a>
 */
public abstract class ChildInput extends OutputStream {
    /** Bytes that may wait while {@link #isWritable()} is true, at most: 64 KiB. */
    public static final int HIGH_WATER_MARK = 64 << 10;

    /** Called by the runtime. */
    protected ChildInput() {}

    @Override
    public final void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;

    /** Whether at most {@link #HIGH_WATER_MARK} bytes wait. */
    public abstract boolean isWritable();

    /** Calls the listener when no bytes wait any more, each time that {@link #isWritable()} was false before. */
    public abstract Subscription onDrain(Runnable listener);

    /** Does nothing: bytes are written as soon as the pipe has room. */
    @Override
    public final void flush() {}

    @Override
    public abstract void close() throws IOException;
}
