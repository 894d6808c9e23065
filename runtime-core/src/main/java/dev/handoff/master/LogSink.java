package dev.handoff.master;

import dev.handoff.process.spi.Threads;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines of all workers meet on their way to the master's own output. Any thread may offer and none ever
 * waits: a terminal that was stopped by Ctrl-S stops only this sink's thread, {@code handoff-log}. What then no longer
 * fits is dropped, counted, and told in one line a second as soon as the output moves again.
 *
 * <p>Lines that are offered together stay together. Lines of one stream keep their order.
 */
final class LogSink implements AutoCloseable {
    /** The master's own streams. */
    enum Stream {
        OUT,
        ERR
    }

    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    private final PrintStream out;
    private final PrintStream err;
    private final LogLimits limits;
    private final LongSupplier nanoClock;
    private final Thread writer = Threads.daemon("handoff-log", this::write);

    // All below is guarded by the queue.
    private final Deque<Block> queue = new ArrayDeque<>();
    private int queuedLines;
    private boolean writing;
    private boolean closed;
    private long dropped;
    private long droppedInAll;
    private long reportedAtNanos;

    private record Block(Stream stream, List<String> lines) {}

    LogSink(PrintStream out, PrintStream err, LogLimits limits, LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.limits = limits;
        this.nanoClock = nanoClock;
        reportedAtNanos = nanoClock.getAsLong() - BETWEEN_REPORTS.toNanos();
    }

    /** One for this process's standard streams, at work. */
    static LogSink toStandardStreams(LogLimits limits) {
        LogSink sink = new LogSink(System.out, System.err, limits, System::nanoTime);
        sink.start();
        return sink;
    }

    void start() {
        Threads.startSoon(writer);
    }

    LogLimits limits() {
        return limits;
    }

    /** Takes lines to be written one after the other; drops them if there is no room for all, or after the close. */
    void offer(Stream stream, List<String> lines) {
        synchronized (queue) {
            if (closed || queuedLines + lines.size() > limits.lines()) {
                dropped += lines.size();
                droppedInAll += lines.size();
            } else {
                queue.add(new Block(stream, List.copyOf(lines)));
                queuedLines += lines.size();
            }
            queue.notifyAll();
        }
    }

    /** How many lines were never written. */
    long dropped() {
        synchronized (queue) {
            return droppedInAll;
        }
    }

    private void write() {
        try {
            Block block = next();
            while (block != null) {
                print(block);
                block = next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // only a close that could not wait any longer interrupts
        }
    }

    /** The next block, or a report on what was dropped; null when closed and empty. */
    private @Nullable Block next() throws InterruptedException {
        synchronized (queue) {
            writing = false;
            queue.notifyAll();
            while (queue.isEmpty() && !reportIsDue() && !closed) {
                waitForWork();
            }
            Block block = reportIsDue() ? report() : poll();
            writing = block != null;
            return block;
        }
    }

    private @Nullable Block poll() {
        Block block = queue.poll();
        queuedLines -= block == null ? 0 : block.lines().size();
        return block;
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
        return new Block(Stream.ERR, List.of(line));
    }

    private void print(Block block) {
        PrintStream stream = block.stream() == Stream.OUT ? out : err;
        synchronized (stream) {
            block.lines().forEach(stream::println);
        }
        stream.flush();
    }

    /**
     * Waits until all that was offered is written.
     *
     * @param limit how long at most: the output may be stopped
     * @return false if it is not all written yet
     */
    boolean flush(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (queue) {
            while (writing || !queue.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(queue, left);
            }
            return true;
        }
    }

    /** Takes no more; what is queued is still written, if the process lives so long: {@link #flush} first. */
    @Override
    public void close() {
        synchronized (queue) {
            closed = true;
            queue.notifyAll();
        }
    }
}
