package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.netty.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body between the event loop, which fills it, and a blocking handler, which reads it. One lock guards what both touch
 * (a lock, not a monitor: a virtual thread that waits in a monitor holds its carrier).
 */
final class StreamedBody implements Body, BodyFeed {
    private static final int MAX_UNREAD = 64 * 1024;

    /** What a chunk takes beside its bytes, about: an array, a buffer and a place in the queue. */
    private static final int CHUNK_COST = 96;

    private final Runnable wantsMoreAgain;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<ByteBuffer> chunks = new ArrayDeque<>();
    private final InputStream stream = new Stream();
    private int unread;
    private boolean asked;
    private boolean complete;
    private boolean opened;
    private @Nullable IOException failure;

    /**
     * An empty one.
     *
     * @param wantsMoreAgain called by the handler's thread when it has made room, or waits for the first bytes
     */
    StreamedBody(Runnable wantsMoreAgain) {
        this.wantsMoreAgain = wantsMoreAgain;
    }

    @Override
    public boolean wantsMore() {
        lock.lock();
        try {
            return !isFull();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void accept(ByteBuf in, int length) {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        change(() -> {
            chunks.add(ByteBuffer.wrap(bytes));
            unread += length;
        });
    }

    @Override
    public void complete() {
        change(() -> complete = true);
    }

    @Override
    public void fail(IOException cause) {
        change(() -> failure = failure == null && !complete ? cause : failure);
    }

    @Override
    public byte[] bytes() {
        if (opened) {
            throw new IllegalStateException("this body was already read, and is gone");
        }
        try {
            byte[] bytes = stream().readNBytes(BodyCollector.MOST);
            BodyCollector.check(bytes.length + (stream.read() < 0 ? 0L : 1L));
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String text() {
        return new String(bytes(), UTF_8);
    }

    @Override
    public <T> T json(Class<T> type) {
        return Json.read(bytes(), type);
    }

    @Override
    public InputStream stream() {
        opened = true;
        return stream;
    }

    @Override
    public Flow.Publisher<ByteBuffer> publisher() {
        throw new IllegalStateException(
                "a blocking handler reads its body as a stream; publishers are for Http.streaming");
    }

    private boolean isFull() {
        return unread + chunks.size() * CHUNK_COST >= MAX_UNREAD;
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private final class Stream extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            int count;
            boolean roomAgain;
            lock.lock();
            try {
                awaitBytes();
                boolean full = isFull();
                count = take(target, offset, length);
                roomAgain = full && !isFull();
            } finally {
                lock.unlock();
            }
            if (roomAgain) {
                wantsMoreAgain.run();
            }
            return count;
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return unread;
            } finally {
                lock.unlock();
            }
        }

        private void awaitBytes() throws IOException {
            try {
                while (chunks.isEmpty() && !complete && failure == null) {
                    askForBytes();
                    changed.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException)
                        new InterruptedIOException("interrupted while waiting for the request's body").initCause(e);
            }
        }

        /* A client that asked for leave to send its body gets it when the handler first waits for one. */
        private void askForBytes() {
            if (!asked) {
                asked = true;
                wantsMoreAgain.run();
            }
        }

        private int take(byte[] target, int offset, int length) throws IOException {
            ByteBuffer chunk = chunks.peek();
            if (chunk == null) {
                return endOfBody();
            }
            int count = Math.min(length, chunk.remaining());
            chunk.get(target, offset, count);
            unread -= count;
            if (!chunk.hasRemaining()) {
                chunks.remove();
            }
            return count;
        }

        private int endOfBody() throws IOException {
            if (failure != null) {
                throw new IOException("the body of the request ends too early", failure);
            }
            return -1;
        }
    }
}
