package dev.handoff.process;

import java.io.IOException;
import java.io.OutputStream;

/**
 * What a child reads from its standard input: a stream, and Node's {@code Writable}. Any thread may write, and what one thread
 * writes arrives in order. Closing it is the end of the input, behind all that was written.
 *
 * <p>On {@code handoff-events}, in a listener, nothing waits: what the pipe does not take at once waits in memory, without limit,
 * and follows by itself; a program that writes much looks at {@link #isWritable()} and goes on in {@link #onDrain}. What waits keeps
 * this JVM alive. On any other thread a write waits until the pipe has taken all of it.
 *
 * <p>Once the child has ended, or reads no more, writes fail with an {@link IOException}. A write in a listener that is not
 * done by then is dropped: the next one fails.
 *
 * @see <a href="https://nodejs.org/api/stream.html#writable-streams">Node's documentation</a>
 */
public abstract class ChildInput extends OutputStream {
    /** The most bytes that wait while {@link #isWritable()} is true: 64 KiB. */
    public static final int HIGH_WATER_MARK = 64 << 10;

    /** Made by the runtime. */
    protected ChildInput() {}

    @Override
    public final void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;

    /** Whether at most {@link #HIGH_WATER_MARK} bytes wait for the pipe to take them. */
    public abstract boolean isWritable();

    /** Called when nothing waits any more, each time that {@link #isWritable()} was false before. */
    public abstract Subscription onDrain(Runnable listener);

    /** Does nothing: all that is written goes as soon as the pipe takes it. */
    @Override
    public final void flush() {}

    @Override
    public abstract void close() throws IOException;
}
