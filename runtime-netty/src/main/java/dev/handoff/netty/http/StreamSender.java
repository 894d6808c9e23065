package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends what a writer writes on a thread that may block. The writer waits while 64 KiB are on their way to the client. One
 * lock guards what the two threads share (a lock, not a monitor: a virtual thread that waits in a monitor holds its
 * carrier).
 */
final class StreamSender extends OutputStream implements BodySender {
    private static final int PIECE = 8 * 1024;
    private static final String GONE = "the client has gone";
    private static final int MAX_UNSENT = 64 * 1024;

    private final BodyOutput output;
    private final Executor blocking;
    private final Response.Writer writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int unsent;
    private boolean cancelled;

    /* Used by the writer's thread only. */
    private final byte[] piece = new byte[PIECE];
    private int filled;

    /**
     * A sender that has not begun.
     *
     * @param blocking runs the writer; what it rejects fails {@link #start}
     */
    StreamSender(BodyOutput output, Executor blocking, Response.Writer writer) {
        this.output = output;
        this.blocking = blocking;
        this.writer = writer;
    }

    @Override
    public void start() {
        blocking.execute(this::run);
    }

    @Override
    public void cancel() {
        change(() -> cancelled = true);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int from = offset;
        int end = offset + length;
        while (from < end) {
            int count = Math.min(end - from, PIECE - filled);
            System.arraycopy(bytes, from, piece, filled, count);
            filled += count;
            from += count;
            if (filled == PIECE) {
                sendPiece();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (filled > 0) {
            sendPiece();
        } else {
            checkClient();
            output.execute(output::flush);
        }
    }

    private void checkClient() throws IOException {
        lock.lock();
        try {
            if (cancelled) {
                throw new IOException(GONE);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            writer.write(this);
            if (filled > 0) {
                sendPiece();
            }
            output.execute(output::end);
        } catch (Throwable e) {
            output.execute(() -> output.fail(e));
        }
    }

    private void sendPiece() throws IOException {
        int length = filled;
        ByteBuf bytes = Unpooled.wrappedBuffer(Arrays.copyOf(piece, length));
        filled = 0;
        awaitRoom(length);
        output.execute(() -> send(bytes, length));
    }

    private void send(ByteBuf bytes, int length) {
        if (output.isEnded()) {
            bytes.release();
            cancel();
        } else {
            output.send(bytes).addListener(sent -> change(() -> unsent -= length));
        }
    }

    private void awaitRoom(int length) throws IOException {
        lock.lock();
        try {
            while (unsent >= MAX_UNSENT && !cancelled) {
                changed.await();
            }
            if (cancelled) {
                throw new IOException(GONE);
            }
            unsent += length;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for a slow client").initCause(e);
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
