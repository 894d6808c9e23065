package dev.handoff.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.launch.LaunchSpec;
import dev.handoff.launch.WorkerLauncher;
import dev.handoff.launch.WorkerProcess;
import dev.handoff.process.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerOutputTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong now = new AtomicLong();
    private LogSink sink = sink(out, LogLimits.of(ClusterSettings.defaults()));
    private final WorkerLauncher launcher = new WorkerLauncher((pid, number) -> {});

    @AfterEach
    void close() {
        sink.close();
    }

    @Test
    void linesOfBothStreamsGoWhereTheyBelongWithTheWorkerBeforeThem() throws Exception {
        WorkerProcess child = shell("echo hello; echo oops >&2; printf 'no newline'");
        String prefix = "[worker 7 pid " + child.child().pid() + " gen 2] ";
        WorkerOutput output = heard(child);
        assertThat(lines(out)).containsExactly(prefix + "hello", prefix + "no newline");
        assertThat(lines(err)).containsExactly(prefix + "oops");
        assertThat(output.tail()).containsExactlyInAnyOrder("hello", "oops", "no newline");
    }

    @Test
    void garbageIsMadePrintable() throws Exception {
        heard(shell("printf '\\377\\033[2J\\n'"));
        assertThat(lines(out)).singleElement().asString().endsWith("] \\xff\\x1b[2J");
    }

    @Test
    void theLastLinesAreKept() throws Exception {
        WorkerOutput output = heard(shell("seq 1 1000"));
        assertThat(output.tail())
                .isEqualTo(IntStream.rangeClosed(801, 1000)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(lines(out)).hasSize(1000);
    }

    @Test
    void asMuchIsKeptAsTheOperatorSays() throws Exception {
        sink.close();
        sink = sink(
                out,
                LogLimits.of(ClusterSettings.defaults()
                        .option("log.lines", "200")
                        .option("log.memory", "1")
                        .option("log.lineMax", "1")
                        .option("log.tail", "2")));
        assertThat(sink.limits()).isEqualTo(new LogLimits(200, 1 << 20, 1024, 2));
        WorkerOutput output = heard(shell("echo first; echo second; printf '%2000s\\n' last"));
        assertThat(output.tail()).hasSize(2).startsWith("second");
        assertThat(output.tail().get(1)).hasSizeLessThan(1100).endsWith(" … [976 bytes cut]");
        assertThat(lines(out)).hasSize(3);
    }

    @Test
    void aStackTraceIsNotTornApartByAnotherWorker() throws Exception {
        String trace =
                "printf 'java.lang.IllegalStateException: %s\\n\\tat a.B.c(B.java:1)\\nCaused by: x\\n\\t... 3 more\\n'";
        String script = "i=0; while [ $i -lt 200 ]; do " + trace.replace("%s", "$i") + "; i=$((i+1)); done";
        WorkerProcess first = shell(script);
        WorkerProcess second = shell(script);
        WorkerOutput one = WorkerOutput.of(first, 1, 1, sink);
        WorkerOutput two = WorkerOutput.of(second, 2, 1, sink);
        one.onEnd().get(30, TimeUnit.SECONDS);
        two.onEnd().get(30, TimeUnit.SECONDS);
        assertThat(sink.flush(Duration.ofSeconds(10))).isTrue();
        List<String> lines = lines(out);
        assertThat(lines).hasSize(1600);
        for (int i = 0; i < lines.size(); i += 4) {
            String prefix = lines.get(i).substring(0, lines.get(i).indexOf(']') + 2);
            assertThat(lines.get(i)).contains("IllegalStateException");
            assertThat(lines.subList(i + 1, i + 4))
                    .containsExactly(prefix + "\tat a.B.c(B.java:1)", prefix + "Caused by: x", prefix + "\t... 3 more");
        }
    }

    @Test
    void aLineIsHeardWhileTheWorkerGoesOn() throws Exception {
        WorkerProcess child = shell("echo first; exec sleep 60");
        try {
            WorkerOutput output = WorkerOutput.of(child, 1, 1, sink);
            await().until(() -> output.tail().equals(List.of("first")));
            await().until(() -> lines(out).size() == 1);
            assertThat(output.onEnd()).isNotDone();
        } finally {
            child.child().signal(Signal.KILL);
        }
    }

    @Test
    void aGrandchildThatKeepsThePipeKeepsBackNeitherExitNorEnd() throws Exception {
        WorkerProcess child = shell("sleep 60 & echo $!; exit 0");
        WorkerOutput output = WorkerOutput.of(child, 1, 1, sink);
        await().until(() -> output.tail().size() == 1);
        child.child().onExit().get(20, TimeUnit.SECONDS);
        output.onEnd().get(20, TimeUnit.SECONDS);
        assertThat(output.tail()).hasSize(1);
        ProcessHandle.of(Long.parseLong(output.tail().get(0))).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void aStoppedTerminalStopsNobodyAndTheLossIsTold() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        StoppedTerminal terminal = new StoppedTerminal(released);
        LogSink small = sink(terminal, new LogLimits(100, 1 << 20, 100, 10));
        small.offer(LogSink.Stream.OUT, List.of("line 0"));
        terminal.reached.await();
        for (int line = 1; line < 1000; line++) {
            small.offer(LogSink.Stream.OUT, List.of("line " + line));
        }
        assertThat(small.flush(Duration.ZERO)).isFalse();
        assertThat(small.dropped()).isEqualTo(899);
        released.countDown();
        assertThat(small.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(lines(err))
                .containsExactly("[handoff] 899 lines of output dropped: what reads them does not keep up");
        assertThat(terminal.lines()).hasSize(101).startsWith("line 0", "line 1").endsWith("line 100");
        small.close();
    }

    /** However long the lines are; and what the master has to say finds room. */
    @Test
    void whatWaitsIsBoundedByBytesOfWhichTheMasterHasItsShare() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        StoppedTerminal terminal = new StoppedTerminal(released);
        LogSink small = sink(terminal, new LogLimits(1000, 8000, 1000, 10));
        small.offer(LogSink.Stream.OUT, List.of("first"));
        terminal.reached.await();
        String thousand = "x".repeat(935); // with its end and the block
        for (int line = 0; line < 100; line++) {
            small.offer(LogSink.Stream.OUT, List.of(thousand));
        }
        assertThat(small.dropped()).isEqualTo(94);
        byte[] ours = "ours\n".getBytes(UTF_8);
        for (int line = 0; line < 100; line++) {
            small.offer(LogSink.Stream.OUT, ours, 0, ours.length);
        }
        assertThat(small.dropped()).isBetween(94L + 70, 94L + 75);
        released.countDown();
        assertThat(small.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(terminal.lines()).startsWith("first", thousand).endsWith("ours");
        assertThat(terminal.lines().stream().filter(thousand::equals)).hasSize(6);
        small.close();
    }

    @Test
    void onceAllIsWrittenThePrintingThreadWritesByItself() throws Exception {
        byte[] piece = "piece ".getBytes(UTF_8);
        sink.offer(LogSink.Stream.OUT, piece, 0, piece.length);
        assertThat(sink.writeDirectly(Duration.ofSeconds(20))).isTrue();
        sink.offer(LogSink.Stream.OUT, piece, 0, piece.length - 1);
        assertThat(out.toString(UTF_8)).isEqualTo("piece piece");
        assertThat(sink.dropped()).isZero();
    }

    @Test
    void whileAnythingIsUnwrittenNothingIsWrittenDirectly() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        StoppedTerminal terminal = new StoppedTerminal(released);
        LogSink stopped = sink(terminal, LogLimits.of(ClusterSettings.defaults()));
        byte[] line = "line\n".getBytes(UTF_8);
        stopped.offer(LogSink.Stream.OUT, line, 0, line.length);
        terminal.reached.await();
        assertThat(stopped.writeDirectly(Duration.ZERO)).isFalse();
        stopped.offer(LogSink.Stream.OUT, line, 0, line.length);
        released.countDown();
        assertThat(stopped.writeDirectly(Duration.ofSeconds(20))).isTrue();
        assertThat(terminal.lines()).containsExactly("line", "line");
        stopped.close();
    }

    @Test
    void theLastLinesAreBoundedBySizeToo() throws Exception {
        WorkerOutput output = heard(shell("for i in 1 2 3 4 5 6 7 8 9; do printf '%15000s\\n' $i; done"));
        assertThat(output.tail()).hasSize(4).allMatch(line -> line.length() == 15_000);
        assertThat(output.tail().get(3)).endsWith(" 9");
    }

    @Test
    void lossesAreToldOnceASecond() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        LogSink small = sink(new StoppedTerminal(released), new LogLimits(1, 1 << 20, 100, 10));
        small.offer(LogSink.Stream.OUT, List.of("a", "b"));
        await().until(() -> lines(err).size() == 1);
        small.offer(LogSink.Stream.OUT, List.of("c", "d"));
        small.offer(LogSink.Stream.OUT, List.of("e", "f", "g"));
        small.offer(LogSink.Stream.OUT, List.of("h", "i"));
        assertThat(lines(err)).hasSize(1);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        await().until(() -> lines(err).size() == 2);
        assertThat(lines(err).get(1)).contains(" 7 lines of output dropped");
        assertThat(small.dropped()).isEqualTo(9);
        released.countDown();
        small.close();
    }

    @Test
    void whatWasOfferedBeforeTheCloseIsWritten() throws Exception {
        sink.offer(LogSink.Stream.OUT, List.of("last"));
        sink.close();
        sink.offer(LogSink.Stream.OUT, List.of("too late"));
        await().until(() -> lines(out).equals(List.of("last")));
        assertThat(sink.dropped()).isOne();
    }

    private WorkerOutput heard(WorkerProcess child) throws Exception {
        WorkerOutput output = WorkerOutput.of(child, 7, 2, sink);
        output.onEnd().get(20, TimeUnit.SECONDS);
        assertThat(sink.flush(Duration.ofSeconds(20))).isTrue();
        return output;
    }

    private WorkerProcess shell(String script) throws IOException {
        return launcher.launch(new LaunchSpec(1, List.of("/bin/sh", "-c", script), Optional.empty(), Map.of()));
    }

    private LogSink sink(OutputStream standardOut, LogLimits limits) {
        LogSink started = new LogSink(
                new PrintStream(standardOut, true, UTF_8), new PrintStream(err, true, UTF_8), limits, now::get);
        started.start();
        return started;
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(UTF_8).lines().toList();
    }

    /** Takes nothing until it is released, as a terminal after Ctrl-S. */
    private static final class StoppedTerminal extends OutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        private final CountDownLatch released;

        StoppedTerminal(CountDownLatch released) {
            this.released = released;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            screen.write(bytes, offset, length);
        }

        List<String> lines() {
            return WorkerOutputTest.lines(screen);
        }
    }
}
