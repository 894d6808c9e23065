package dev.handoff.benchmarks.micro;

import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Scoreboard.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the numbers in the mapped page cost: a worker counts several times a connection, the master sums up now and then. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open before anything else
public class ScoreboardBenchmark {
    private static final int WORKER = 1;
    private static final int LOOPS = 8;

    private Path file;
    private Scoreboard worker;
    private Scoreboard master;
    private long now;

    /** Makes a page, and maps it as the master and as the worker do. */
    @Setup
    public void open() throws IOException {
        file = Files.createTempFile("scoreboard-", "");
        master = Scoreboard.create(file, WORKER, LOOPS);
        worker = Scoreboard.open(file, WORKER);
    }

    /** Removes the page. */
    @TearDown
    public void removePage() throws IOException {
        Files.delete(file);
    }

    /** A worker counts a request. */
    @Benchmark
    public void count() {
        worker.increment(0, Cell.REQUESTS_STARTED);
    }

    /** An event loop tells that it lives. */
    @Benchmark
    public void beat() {
        now++;
        worker.set(0, Cell.BEAT, now);
    }

    /** The master sums a counter over a worker's event loops. */
    @Benchmark
    public long sum() {
        return master.sum(Cell.REQUESTS_STARTED);
    }
}
