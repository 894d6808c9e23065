package dev.handoff.child;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.FdChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * This end of a pipe on which a child writes. It is not read before there is a listener. Then a thread of its own reads it, {@code
 * handoff-child-PID-stdout} or {@code -stderr}, a few chunks ahead of the listeners at most. Any thread may call.
 */
final class OutputPipe implements ChildProcess.Source {
    private static final Logger LOG = Logs.of(OutputPipe.class);
    private static final int CHUNK = 64 * 1024;
    private static final int MOST_UNTOLD = 16;

    /** Who reads the pipe. */
    private enum Use {
        /** It is not read yet: the child waits when the pipe is full. */
        NONE,
        /** A thread that tells listeners, or drops it where there are none. */
        READ,
        /** The program, through the stream. */
        STREAMED
    }

    private final FdChannel channel;
    private final String name;
    private final Listeners<byte[]> dataListeners = new Listeners<>();
    private final Listeners<String> lineListeners = new Listeners<>();
    private final Lines lines;
    private final Semaphore room = new Semaphore(MOST_UNTOLD);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final List<byte[]> kept = new ArrayList<>();
    private Use use = Use.NONE;
    private @Nullable InputStream stream;
    private @Nullable Consumer<byte[]> collector;

    /**
     * A pipe.
     *
     * @param name of the thread that reads it
     */
    OutputPipe(FdChannel channel, String name, SpawnOptions options) {
        this.channel = channel;
        this.name = name;
        this.lines = new Lines(options.encoding(), options.maxBuffer());
    }

    /** Begins to read, and gives what comes to a collector first, on the reading thread. To be called once, at the start. */
    synchronized void collect(Consumer<byte[]> target) {
        collector = target;
        beginToRead();
    }

    @Override
    public synchronized Subscription onData(Consumer<? super byte[]> listener) {
        refuseIfStreamed();
        Subscription subscription = dataListeners.add(listener);
        listened();
        return subscription;
    }

    @Override
    public synchronized Subscription onLine(Consumer<? super String> listener) {
        refuseIfStreamed();
        Subscription subscription = lineListeners.add(listener);
        listened();
        return subscription;
    }

    private void refuseIfStreamed() {
        if (use == Use.STREAMED) {
            throw new IllegalStateException("this output is read as a stream: no listener would hear all of it");
        }
    }

    private void listened() {
        if (use == Use.NONE) {
            beginToRead();
        }
        kept.forEach(this::tell);
        if (!kept.isEmpty() && ended.isDone()) {
            tellRest();
        }
        kept.clear();
    }

    private void beginToRead() {
        use = Use.READ;
        // Until there can be a thread the child waits with what it says when the pipe is full.
        Threads.startSoon(Threads.daemon(name, this::read));
    }

    @Override
    public synchronized InputStream stream() {
        if (stream == null) {
            if (use == Use.READ && kept.isEmpty() && !ended.isDone()) {
                throw new IllegalStateException("listeners are told this output: no stream would have all of it");
            }
            stream = use == Use.NONE ? new WholeStream() : new KeptStream(kept);
            use = Use.STREAMED;
        }
        return stream;
    }

    /** Done when nothing more will come, or will not be read. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Done when there is nothing left to be told by ourselves, who keep the JVM alive for it. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    /**
     * The child has ended. What it said is in the pipe: it is kept until it is read. What a grandchild adds is
     * dropped, so that the end of the output is seen.
     */
    synchronized void childEnded() {
        if (use == Use.STREAMED) {
            settled.complete(null);
        }
        if (use == Use.NONE) {
            use = Use.READ;
            if (keepWhatIsThere()) {
                end();
            } else {
                beginToRead();
            }
        }
    }

    /** Gives true at the end. */
    private boolean keepWhatIsThere() {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        try {
            int count = channel.readNow(buffer);
            for (int kept = 0; count > 0 && kept < CHUNK; count = channel.readNow(buffer.clear())) {
                this.kept.add(Arrays.copyOf(buffer.array(), count));
                kept += count;
            }
            return count < 0;
        } catch (IOException e) {
            LOG.warn("{} cannot keep what the child said last: {}", name, e.toString());
            return true;
        }
    }

    /** Reads no more. */
    void abandon() {
        channel.close();
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        try {
            for (int count = channel.read(buffer); count >= 0; count = channel.read(buffer.clear())) {
                take(Arrays.copyOf(buffer.array(), count));
            }
        } catch (ClosedChannelException e) {
            LOG.debug("{} ends before the output does: it is wanted no more", name, e);
        } catch (IOException e) {
            LOG.warn("{} cannot read more: {}", name, e.toString());
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted and reads no more", name);
        } finally {
            end();
        }
    }

    private void take(byte[] chunk) throws InterruptedException {
        Consumer<byte[]> target = collector();
        if (target != null) {
            target.accept(chunk);
        }
        if (!dataListeners.isEmpty() || !lineListeners.isEmpty()) {
            room.acquire();
            EventThread.get().enqueue(() -> {
                room.release();
                tellNow(chunk);
            });
        }
    }

    private synchronized @Nullable Consumer<byte[]> collector() {
        return collector;
    }

    private void tell(byte[] chunk) {
        EventThread.get().enqueue(() -> tellNow(chunk));
    }

    private void tellNow(byte[] chunk) {
        dataListeners.tell(chunk);
        if (lineListeners.isEmpty()) {
            lines.skip(chunk);
        } else {
            lines.take(chunk).forEach(lineListeners::tell);
        }
    }

    private void tellRest() {
        if (!lineListeners.isEmpty()) {
            EventThread.get().enqueue(() -> lines.rest().ifPresent(lineListeners::tell));
        }
    }

    private void end() {
        channel.close();
        tellRest();
        ended.complete(null);
        settled.complete(null);
    }

    /** The pipe itself; its end is ours to know. Without a lock: one would keep the carrier of a virtual thread before JDK 24. */
    private final class WholeStream extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(single[0]);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int result = channel.read(ByteBuffer.wrap(bytes, offset, length));
            if (result < 0) {
                end();
            }
            return result;
        }

        @Override
        public void close() {
            end();
        }
    }

    /** What was kept of a child that has ended. */
    private static final class KeptStream extends FilterInputStream {
        KeptStream(List<byte[]> chunks) {
            super(new ByteArrayInputStream(joined(chunks)));
        }

        private static byte[] joined(List<byte[]> chunks) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            chunks.forEach(all::writeBytes);
            return all.toByteArray();
        }
    }
}
