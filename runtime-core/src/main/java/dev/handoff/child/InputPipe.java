package dev.handoff.child;

import dev.handoff.process.ChildInput;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.FdChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * This end of a pipe that a child reads. What the pipe takes at once is written on the caller's thread; the rest by a thread of its
 * own, {@code handoff-child-PID-stdin}, which is there as long as something waits.
 */
final class InputPipe extends ChildInput {
    private static final Logger LOG = Logs.of(InputPipe.class);

    private final FdChannel channel;
    private final String name;
    private final Listeners<InputPipe> drained = new Listeners<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private long accepted;
    private long written;
    private boolean ranFull;
    private boolean closed;
    private boolean writing;
    private @Nullable IOException failure;

    /**
     * A pipe.
     *
     * @param name of the thread that writes what waits
     */
    InputPipe(FdChannel channel, String name) {
        this.channel = channel;
        this.name = name;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (EventThread.get().isCurrent()) {
            accept(ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + length)));
        } else {
            awaitWritten(accept(ByteBuffer.wrap(bytes, offset, length)));
        }
    }

    /** Writes the whole input and ends it, on no thread of the caller's: a child may speak before it reads. */
    void finishWith(byte[] input) {
        try {
            accept(ByteBuffer.wrap(input));
        } catch (IOException e) {
            LOG.debug("{} has not begun: the child reads nothing", name, e);
        }
        close();
    }

    /** Gives how much will have been written when these bytes are. */
    private long accept(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            checkOpen();
            accepted += bytes.remaining();
            if (!writing) {
                written += writeNow(bytes);
            }
            if (bytes.hasRemaining()) {
                beginToWrite();
                waiting.add(bytes);
                ranFull |= !isWritable();
            }
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (closed) {
            throw new IOException("this input was closed before");
        }
    }

    private int writeNow(ByteBuffer bytes) throws IOException {
        try {
            return channel.writeNow(bytes);
        } catch (IOException e) {
            fail(e);
            throw e;
        }
    }

    private void awaitWritten(long total) throws IOException {
        lock.lock();
        try {
            while (written < total && failure == null) {
                progress.awaitUninterruptibly();
            }
            if (written < total) {
                checkOpen();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The thread begins with the lock, so it finds what its maker adds. */
    private void beginToWrite() {
        if (!writing) {
            EventThread.Hold hold = EventThread.get().hold();
            // What was given waits until there can be a thread.
            Threads.startSoon(Threads.daemon(name, () -> writeAll(hold)));
            writing = true;
        }
    }

    private void writeAll(EventThread.Hold hold) {
        try (hold) {
            for (ByteBuffer next = next(); next != null; next = next()) {
                int length = next.remaining();
                channel.write(next);
                wrote(length);
            }
        } catch (IOException e) {
            LOG.debug("{} ends before all was read", name, e);
            fail(e);
        }
    }

    private @Nullable ByteBuffer next() {
        lock.lock();
        try {
            ByteBuffer next = waiting.poll();
            if (next == null) {
                writing = false;
                closeIfDone();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void wrote(int length) {
        lock.lock();
        try {
            written += length;
            progress.signalAll();
            if (written == accepted && ranFull) {
                ranFull = false;
                drained.fire(this);
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(IOException e) {
        lock.lock();
        try {
            failure = failure == null ? e : failure;
            waiting.clear();
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        channel.close();
    }

    @Override
    public boolean isWritable() {
        lock.lock();
        try {
            return failure == null && accepted - written <= HIGH_WATER_MARK;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Subscription onDrain(Runnable listener) {
        return drained.add(self -> listener.run());
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closeIfDone();
        } finally {
            lock.unlock();
        }
    }

    private void closeIfDone() {
        if (closed && !writing) {
            channel.close();
        }
    }

    /** The child reads no more: drops what waits. Idempotent. */
    void abandon() {
        fail(new IOException("the child has ended"));
    }
}
