package dev.handoff.wire;

import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.SharedUse;
import dev.handoff.unix.SocketPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One end of the control stream between master and worker. Frames go out through a bounded queue and a thread of their own, so
 * that no sender waits for a peer that does not read. Frames come in on another thread, one at a time, in order.
 */
public final class ControlChannel implements AutoCloseable {
    private static final Logger LOG = Logs.of(ControlChannel.class);

    /** Frames. Those of which more than one may wait unread, LEAVE, EXHAUSTED and TICKETS, have no long contents. */
    private static final int QUEUE = 1024;

    /** Gets the frames. Called on the channel's reading thread. */
    public interface Listener {
        /** A frame has arrived. */
        void onFrame(ControlFrame frame);

        /**
         * The channel has ended. Called once.
         *
         * @param failure null if the other side closed the channel or died
         */
        void onEnd(@Nullable IOException failure);
    }

    private final UnixSocketChannel channel;
    private final SharedUse use;
    private final BlockingQueue<byte[]> outbound = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Thread writer;

    /** Takes ownership of a connected, blocking channel. Nothing is read before {@link #start}. */
    public ControlChannel(UnixSocketChannel channel) {
        this.channel = channel;
        this.use = new SharedUse(this::wake, channel::close);
    }

    /** Connects to the master's control socket. */
    public static ControlChannel connect(Path socket) throws IOException {
        try (SocketPath reached = SocketPath.of(socket)) {
            return new ControlChannel(
                    UnixSocketChannel.open(new UnixSocketAddress(reached.path().toFile())));
        }
    }

    /**
     * Begins to read and to write.
     *
     * @param name of the threads, {@code -in} and {@code -out} added
     * @throws NoThreadException if one of them cannot be started: the channel is closed then, and the listener is not called
     */
    public void start(String name, Listener listener) throws NoThreadException {
        Thread writing = Threads.daemon(name + "-out", this::write);
        try {
            Threads.start(writing);
            writer = writing;
            Threads.start(Threads.daemon(name + "-in", () -> read(listener)));
        } catch (NoThreadException e) {
            close();
            throw e;
        }
    }

    /**
     * Queues a frame. Any thread.
     *
     * @return false if the channel is closed, or the other side has not read for so long that the queue is full
     */
    public boolean send(ControlFrame frame) {
        return !closed.get() && outbound.offer(ControlCodec.encode(frame));
    }

    private void wake() throws IOException {
        channel.shutdownInput();
        channel.shutdownOutput();
    }

    private void read(Listener listener) {
        IOException failure = null;
        try {
            ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
            while (fill(length)) {
                listener.onFrame(ControlCodec.decode(readBody(length.getInt(0))));
                length.clear();
            }
        } catch (IOException e) {
            // A channel that this side has closed ends without a failure, whatever the read throws.
            failure = closed.get() ? null : e;
        } finally {
            close();
            listener.onEnd(failure);
        }
    }

    private byte[] readBody(int length) throws IOException {
        if (length < 1 || length > ControlCodec.MAX_LENGTH) {
            throw new WireException("expected a length from 1 to " + ControlCodec.MAX_LENGTH
                    + " at offset 0 of a control frame, found " + Integer.toUnsignedString(length));
        }
        ByteBuffer body = ByteBuffer.allocate(length);
        if (!fill(body)) {
            throw new WireException("expected " + length + " bytes of a control frame, found the end of the stream");
        }
        return body.array();
    }

    /** Reads until the buffer is full; gives false at an end of the stream between two frames. */
    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (readSome(buffer) < 0) {
                if (buffer.position() == 0) {
                    return false;
                }
                throw new WireException("expected " + buffer.capacity() + " bytes of a control frame, found the end of"
                        + " the stream after " + buffer.position());
            }
        }
        return true;
    }

    private int readSome(ByteBuffer buffer) throws IOException {
        use.begin();
        try {
            return channel.read(buffer);
        } finally {
            use.end();
        }
    }

    private void write() {
        try {
            while (!closed.get()) {
                byte[] frame = outbound.take();
                ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + frame.length);
                bytes.putInt(frame.length).put(frame).flip();
                while (bytes.hasRemaining()) {
                    writeSome(bytes);
                }
            }
        } catch (IOException | InterruptedException e) {
            // The peer is gone, or this side has closed: the reading thread reports both.
            close();
        }
    }

    private void writeSome(ByteBuffer bytes) throws IOException {
        use.begin();
        try {
            channel.write(bytes);
        } finally {
            use.end();
        }
    }

    /** Closes the channel; frames that were not written yet are lost. Idempotent, any thread. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                use.close();
            } catch (IOException e) {
                LOG.warn("a control channel did not close properly: {}", e.getMessage());
            } finally {
                Thread writing = writer;
                if (writing != null) {
                    writing.interrupt();
                }
            }
        }
    }
}
