package dev.handoff.output;

import dev.handoff.launch.WorkerProcess;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import dev.handoff.unix.FdChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/**
 * What one worker says, from its first line on: each line goes to the sink with worker, process and generation before
 * it, and the last ones are kept. The threads {@code handoff-worker-ID-stdout} and {@code -stderr} read; they never
 * wait for anything but the worker.
 *
 * <p>Lines of one stream stay in order, those of the two streams of a worker do not. A stack trace stays with the line
 * above it as far as it was written in one go.
 */
public final class WorkerOutput {
    /** Lines that are delivered together at most, however long a stack trace is. */
    static final int BLOCK = 200;

    /** Characters that are delivered together at most, but for one line that is longer. */
    private static final int BLOCK_SIZE = 64 * 1024;

    /** Characters of the last lines that are kept at most, but for one line that is longer. */
    private static final int TAIL_SIZE = 64 * 1024;

    private static final Logger LOG = Logs.of(WorkerOutput.class);
    private static final Pattern CONTINUATION = Pattern.compile("(\\s|at |Caused by|Suppressed: |\\.\\.\\. \\d).*");
    private static final int READ = 16 * 1024;

    private final String prefix;
    private final LogSink sink;
    private final Deque<String> tail = new ArrayDeque<>();
    private int tailSize;
    private final CompletableFuture<Void> stdoutEnd;
    private final CompletableFuture<Void> stderrEnd;

    private WorkerOutput(WorkerProcess worker, int workerId, int generation, LogSink sink) throws NoThreadException {
        this.prefix = "[worker " + workerId + " pid " + worker.child().pid() + " gen " + generation + "] ";
        this.sink = sink;
        stdoutEnd = read(worker.stdout(), LogSink.Stream.OUT, "handoff-worker-" + workerId + "-stdout");
        stderrEnd = read(worker.stderr(), LogSink.Stream.ERR, "handoff-worker-" + workerId + "-stderr");
        worker.child().whenExited(status -> {
            worker.stdout().endWhenEmpty();
            worker.stderr().endWhenEmpty();
        });
    }

    /**
     * Begins to read. To be called at once after the start: a pipe that is not read stops the worker when it is full.
     *
     * @throws NoThreadException if that cannot be; the worker is the caller's to end
     */
    public static WorkerOutput of(WorkerProcess worker, int workerId, int generation, LogSink sink)
            throws NoThreadException {
        return new WorkerOutput(worker, workerId, generation, sink);
    }

    private CompletableFuture<Void> read(FdChannel in, LogSink.Stream stream, String threadName)
            throws NoThreadException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Threads.start(Threads.daemon(threadName, () -> {
            try (in) {
                readToEnd(in, stream);
            } catch (ClosedChannelException e) {
                LOG.debug("{}its start was given up, and its output with it", prefix, e);
            } catch (IOException e) {
                LOG.warn("{}cannot read more of its output: {}", prefix, e.toString());
            } finally {
                end.complete(null);
            }
        }));
        return end;
    }

    private void readToEnd(FdChannel in, LogSink.Stream stream) throws IOException {
        LineSplitter splitter = new LineSplitter(sink.limits().lineBytes());
        ByteBuffer bytes = ByteBuffer.allocate(READ);
        List<String> block = new ArrayList<>();
        for (int count = in.read(bytes); count >= 0; count = readMore(in, bytes.clear(), block, stream)) {
            splitter.take(bytes.array(), count).forEach(line -> add(block, line, stream));
        }
        splitter.rest().ifPresent(line -> add(block, line, stream));
        deliver(block, stream);
    }

    /** Lines that are whole do not wait for what the worker has not said yet. */
    private int readMore(FdChannel in, ByteBuffer bytes, List<String> block, LogSink.Stream stream) throws IOException {
        int count = in.readNow(bytes);
        if (count != 0) {
            return count;
        }
        deliver(block, stream);
        return in.read(bytes);
    }

    private void add(List<String> block, String line, LogSink.Stream stream) {
        if (!CONTINUATION.matcher(line).matches() || block.size() == BLOCK || size(block) >= BLOCK_SIZE) {
            deliver(block, stream);
        }
        block.add(line);
    }

    private static int size(List<String> lines) {
        return lines.stream().mapToInt(String::length).sum();
    }

    private void deliver(List<String> block, LogSink.Stream stream) {
        if (block.isEmpty()) {
            return;
        }
        keep(block);
        sink.offer(stream, block.stream().map(line -> prefix + line).toList());
        block.clear();
    }

    private void keep(List<String> lines) {
        synchronized (tail) {
            tail.addAll(lines);
            tailSize += size(lines);
            while (tail.size() > sink.limits().tail() || (tailSize > TAIL_SIZE && tail.size() > 1)) {
                tailSize -= tail.removeFirst().length();
            }
        }
    }

    /** The last lines of both streams, without the prefix, the oldest first. Any thread. */
    public List<String> tail() {
        synchronized (tail) {
            return List.copyOf(tail);
        }
    }

    /**
     * Both streams at their end: nothing more will be heard. That is a moment after the process's exit at the latest: what
     * a grandchild says later is not waited for.
     */
    public CompletableFuture<Void> onEnd() {
        return CompletableFuture.allOf(stdoutEnd, stderrEnd);
    }
}
