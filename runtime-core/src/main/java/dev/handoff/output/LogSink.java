package dev.handoff.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.process.spi.Threads;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where all output meets on its way to the master's own: the lines of all workers, and what is printed in this process. Any
 * thread may offer and none ever waits: a terminal that was stopped by Ctrl-S stops only this sink's thread, {@code
 * handoff-log}. What then no longer fits is dropped, counted, and told in one line a second as soon as the output moves again.
 *
 * <p>Lines that are offered together stay together. What one thread offers keeps its order. Bounded by bytes, of which the
 * workers' lines may take three quarters: however much they say, there is room for what the master says of it.
 */
public final class LogSink implements AutoCloseable {
    /** The master's own streams. */
    enum Stream {
        OUT,
        ERR
    }

    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    /** What a block takes beside its bytes. */
    private static final int OVERHEAD = 64;

    /** As much is written at once at most. */
    private static final int LARGEST_WRITE = 64 * 1024;

    private final PrintStream out;
    private final PrintStream err;
    private final LogLimits limits;
    private final LongSupplier nanoClock;
    private final Thread writer = Threads.daemon("handoff-log", this::write);

    // All below is guarded by the queue.
    private final Deque<Block> queue = new ArrayDeque<>();
    private int queuedLines;
    private long queuedBytes;
    private boolean writing;
    private boolean direct;
    private boolean closed;
    private long dropped;
    private long droppedInAll;
    private long reportedAtNanos;

    /** What is written at once. */
    private static final class Block {
        private final Stream stream;
        private final byte[] bytes;
        private final int workerLines;

        Block(Stream stream, byte[] bytes, int workerLines) {
            this.stream = stream;
            this.bytes = bytes;
            this.workerLines = workerLines;
        }

        long size() {
            return (long) bytes.length + OVERHEAD;
        }
    }

    /**
     * One that has not begun to write.
     *
     * @param nanoClock monotonic
     */
    public LogSink(PrintStream out, PrintStream err, LogLimits limits, LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.limits = limits;
        this.nanoClock = nanoClock;
        reportedAtNanos = nanoClock.getAsLong() - BETWEEN_REPORTS.toNanos();
    }

    void start() {
        Threads.startSoon(writer);
    }

    LogLimits limits() {
        return limits;
    }

    /**
     * Takes lines of a worker, to be written one after the other; drops them if there is no room for all, or after the
     * close.
     */
    void offer(Stream stream, List<String> lines) {
        Block block = new Block(stream, text(lines), lines.size());
        synchronized (queue) {
            boolean fits = queuedLines + block.workerLines <= limits.lines()
                    && queuedBytes + block.size() <= limits.bytes() / 4 * 3L;
            if (fits && !closed) {
                add(block);
            } else {
                drop(lines.size());
            }
        }
    }

    private static byte[] text(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }

    /** Takes what is printed in this process; drops it if there is no room. */
    void offer(Stream stream, byte[] bytes, int offset, int length) {
        if (!offered(stream, bytes, offset, length)) {
            PrintStream target = stream(stream);
            target.write(bytes, offset, length);
            target.flush();
        }
    }

    /** False once all goes out directly. */
    private boolean offered(Stream stream, byte[] bytes, int offset, int length) {
        synchronized (queue) {
            if (direct) {
                return false;
            }
            if (queuedBytes + length + OVERHEAD <= limits.bytes()) {
                add(new Block(stream, Arrays.copyOfRange(bytes, offset, offset + length), 0));
            } else {
                drop(lines(bytes, offset, length));
            }
            return true;
        }
    }

    /** A piece of a line counts as one. */
    private static int lines(byte[] bytes, int offset, int length) {
        int ends = 0;
        for (int i = offset; i < offset + length; i++) {
            ends += bytes[i] == '\n' ? 1 : 0;
        }
        return Math.max(1, ends);
    }

    private void add(Block block) {
        queue.add(block);
        queuedLines += block.workerLines;
        queuedBytes += block.size();
        queue.notifyAll();
    }

    private void drop(int lines) {
        dropped += lines;
        droppedInAll += lines;
        queue.notifyAll();
    }

    /** How many lines were never written. */
    long dropped() {
        synchronized (queue) {
            return droppedInAll;
        }
    }

    private void write() {
        try {
            List<Block> blocks = next();
            while (!blocks.isEmpty()) {
                print(blocks);
                blocks = next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nothing interrupts it but what ends threads that it does not know
        }
    }

    /** The next blocks, all of one stream, or a report on what was dropped; empty when closed and empty. */
    private List<Block> next() throws InterruptedException {
        synchronized (queue) {
            writing = false;
            queue.notifyAll();
            while (queue.isEmpty() && !reportIsDue() && !closed) {
                waitForWork();
            }
            List<Block> blocks = reportIsDue() ? List.of(report()) : poll();
            writing = !blocks.isEmpty();
            return blocks;
        }
    }

    private List<Block> poll() {
        List<Block> blocks = new ArrayList<>();
        long bytes = 0;
        for (Block next = queue.peek(); isNext(next, blocks, bytes); next = queue.peek()) {
            Block block = queue.remove();
            queuedLines -= block.workerLines;
            queuedBytes -= block.size();
            bytes += block.bytes.length;
            blocks.add(block);
        }
        return blocks;
    }

    private static boolean isNext(@Nullable Block next, List<Block> blocks, long bytes) {
        return next != null
                && (blocks.isEmpty()
                        || (next.stream == blocks.get(0).stream && bytes + next.bytes.length <= LARGEST_WRITE));
    }

    private boolean reportIsDue() {
        boolean last = closed && queue.isEmpty();
        return dropped > 0 && (last || nanosToReport() <= 0);
    }

    private long nanosToReport() {
        return reportedAtNanos + BETWEEN_REPORTS.toNanos() - nanoClock.getAsLong();
    }

    private void waitForWork() throws InterruptedException {
        if (dropped > 0) {
            TimeUnit.NANOSECONDS.timedWait(queue, nanosToReport() + TimeUnit.MILLISECONDS.toNanos(1));
        } else {
            queue.wait();
        }
    }

    private Block report() {
        String line = "[handoff] " + dropped + " lines of output dropped: what reads them does not keep up";
        dropped = 0;
        reportedAtNanos = nanoClock.getAsLong();
        return new Block(Stream.ERR, text(List.of(line)), 0);
    }

    private void print(List<Block> blocks) {
        byte[] bytes = joined(blocks);
        PrintStream target = stream(blocks.get(0).stream);
        try {
            target.write(bytes, 0, bytes.length);
            target.flush();
        } catch (RuntimeException e) {
            // A stream of the program's own: what it did not take is lost, and counted.
            synchronized (queue) {
                drop(lines(bytes, 0, bytes.length));
            }
        }
    }

    private static byte[] joined(List<Block> blocks) {
        if (blocks.size() == 1) {
            return blocks.get(0).bytes;
        }
        byte[] joined =
                new byte[blocks.stream().mapToInt(block -> block.bytes.length).sum()];
        int length = 0;
        for (Block block : blocks) {
            System.arraycopy(block.bytes, 0, joined, length, block.bytes.length);
            length += block.bytes.length;
        }
        return joined;
    }

    private PrintStream stream(Stream stream) {
        return stream == Stream.OUT ? out : err;
    }

    /**
     * Waits until all that was offered is written.
     *
     * @param limit how long at most: the output may be stopped
     * @return false if it is not all written yet
     */
    boolean flush(Duration limit) throws InterruptedException {
        synchronized (queue) {
            return isWritten(limit);
        }
    }

    private boolean isWritten(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (writing || !queue.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(queue, left);
        }
        return true;
    }

    /**
     * From now on what is printed in this process is written by the thread that prints it, once all that was offered is
     * written.
     *
     * @param limit how long that is waited for at most
     * @return false if it is not all written yet; then nothing changes
     */
    boolean writeDirectly(Duration limit) throws InterruptedException {
        synchronized (queue) {
            direct = direct || isWritten(limit);
            return direct;
        }
    }

    /** Takes no more lines of workers; what is queued is still written, if the process lives so long: {@link #flush} first. */
    @Override
    public void close() {
        synchronized (queue) {
            closed = true;
            queue.notifyAll();
        }
    }
}
