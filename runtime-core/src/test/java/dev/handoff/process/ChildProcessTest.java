package dev.handoff.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.ChildProcessException.Reason;
import dev.handoff.process.ExitStatus.Exited;
import dev.handoff.process.ExitStatus.Signaled;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real children: small programs of every Linux. */
@Timeout(60)
class ChildProcessTest {
    private static final ExitStatus WELL = new Exited(0);
    private static final String WAIT = "echo up; exec sleep 60";

    private final List<ChildProcess> started = new ArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void leaveNothingRunning() {
        started.forEach(ChildProcess::close);
        started.forEach(child ->
                await().until(() -> child.pid() < 0 || child.exitStatus().isPresent()));
    }

    private ChildProcess keep(ChildProcess child) {
        started.add(child);
        return child;
    }

    private ChildProcess shell(String script) {
        return shell(script, options -> options);
    }

    private ChildProcess shell(String script, UnaryOperator<SpawnOptions> change) {
        return keep(ChildProcess.spawn(change.apply(SpawnOptions.of("/bin/sh", "-c", script))));
    }

    private static SpawnOptions script(String script) {
        return SpawnOptions.of(script).shell();
    }

    private static CompletableFuture<ExitStatus> closed(ChildProcess child) {
        CompletableFuture<ExitStatus> closed = new CompletableFuture<>();
        child.onClose(closed::complete);
        return closed;
    }

    private void record(ChildProcess child) {
        child.onSpawn(() -> events.add("spawn"));
        child.onError(e -> events.add("error"));
        child.onExit(status -> events.add("exit " + status));
        child.onClose(status -> events.add("close " + status));
    }

    private static void upAndRunning(ChildProcess child) {
        CompletableFuture<String> up = new CompletableFuture<>();
        child.stdout().onLine(up::complete);
        assertThat(up.join()).isEqualTo("up");
    }

    private static ChildProcessException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(ChildProcessException.class, call);
    }

    private static ChildProcessException failureOf(ChildProcess child) {
        return catchThrowableOfType(ChildProcessException.class, () -> {
            try {
                child.output().get();
            } catch (java.util.concurrent.ExecutionException e) {
                throw e.getCause();
            }
        });
    }

    // --- events -----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-spawn-event.js")
    @NodeTest("test-child-process-exit-code.js")
    void spawnExitAndCloseComeOnceInThisOrderBehindAllOutput() {
        CompletableFuture<ChildProcess> begun = new CompletableFuture<>();
        CurrentProcess.nextTick(() -> {
            ChildProcess child = shell("printf 'one\\ntwo'; exit 3");
            begun.complete(child);
            await().until(() -> !CurrentProcess.kill(child.pid(), Signal.NONE));
            record(child);
            child.stdout().onLine(line -> events.add(line));
            child.onClose(status -> events.add("end"));
        });
        ChildProcess child = begun.join();
        await().until(() -> events.contains("end"));
        assertThat(events).containsOnlyOnce("spawn", "one", "two", "exit exit code 3", "close exit code 3");
        assertThat(events).startsWith("spawn").endsWith("close exit code 3", "end");
        assertThat(child.exitStatus()).contains(new Exited(3));
    }

    @Test
    @NodeTest("test-child-process-spawn-error.js")
    void whatCannotBeStartedHasAnErrorThenCloseAndNoExit() {
        ChildProcess child = ChildProcess.spawn("no-such-program-anywhere", "a");
        record(child);
        CompletableFuture<ChildProcessException> error = new CompletableFuture<>();
        child.onError(error::complete);
        assertThat(closed(child).join()).isEqualTo(new Exited(127));
        assertThat(events).containsExactly("error", "close exit code 127");
        assertThat(error.join().reason()).isEqualTo(Reason.NOT_STARTED);
        assertThat(error.join()).hasMessageContainingAll("no-such-program-anywhere a", "No such file");
        assertThat(child.pid()).isEqualTo(-1);
        assertThat(child.kill()).isFalse();
        assertThat(child.exitStatus()).isEmpty();
    }

    @Test
    @NodeTest("test-child-process-spawn-error.js")
    void whatCannotBeStartedHasStreamsAllTheSameAndNothingInThem() throws Exception {
        ChildProcess child =
                ChildProcess.spawn(SpawnOptions.of("no-such-program-anywhere").stderr(Stdio.ignore()));
        child.stdout().onLine(events::add);
        CompletableFuture<ChildProcessException> error = new CompletableFuture<>();
        child.onError(error::complete);
        assertThat(error.join()).hasMessageContaining("no-such-program-anywhere");
        assertThat(closed(child).join()).isEqualTo(new Exited(127));
        assertThat(child.stdout().stream().readAllBytes()).isEmpty();
        assertThat(catchThrowable(() -> child.stdin().write(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("could not be started");
        assertThat(child.stdin().isWritable()).isFalse();
        child.stdin().close();
        assertThatIllegalStateException().isThrownBy(child::stderr);
        assertThat(events).isEmpty();
    }

    @Test
    void whoComesLateHearsOfWhatHasHappened() {
        ChildProcess child = shell("echo said before; exit 4");
        closed(child).join();
        record(child);
        child.stdout().onLine(line -> events.add(line));
        await().until(() -> events.size() == 4);
        assertThat(events).containsExactly("spawn", "exit exit code 4", "close exit code 4", "said before");
    }

    @Test
    @NodeTest("test-child-process-flush-stdio.js")
    @NodeTest("test-child-process-stdout-flush-exit.js")
    void closeComesAlthoughTheOutputIsNotRead() {
        ChildProcess child = shell("head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2");
        assertThat(closed(child).join()).isEqualTo(WELL);
    }

    @Test
    void outputComesAsItIsWritten() throws Exception {
        ChildProcess child = shell("echo up; read line; echo \"heard $line\"");
        List<String> lines = new CopyOnWriteArrayList<>();
        child.stdout().onLine(lines::add);
        await().until(() -> lines.contains("up"));
        assertThat(child.exitStatus()).isEmpty();
        child.stdin().write("you\n".getBytes(UTF_8));
        await().until(() -> lines.contains("heard you"));
    }

    @Test
    void closeWaitsForAGrandchildThatHoldsThePipeAndExitDoesNot() throws Exception {
        Path go = directory.resolve("go");
        ChildProcess child = shell("(while [ ! -e " + go + " ]; do sleep 0.02; done; echo late) & exit 0");
        List<String> lines = new CopyOnWriteArrayList<>();
        child.stdout().onLine(lines::add);
        record(child);
        await().until(() -> events.contains("exit exit code 0"));
        assertThat(events).doesNotContain("close exit code 0");
        Files.createFile(go);
        assertThat(closed(child).join()).isEqualTo(WELL);
        assertThat(lines).containsExactly("late");
    }

    @Test
    @NodeTest("test-child-process-stdio-big-write-end.js")
    void aLargeInputIsReadToItsEnd() throws Exception {
        byte[] input = new byte[3_000_000];
        Arrays.fill(input, (byte) 'x');
        ChildProcess child = shell("wc -c");
        List<String> lines = new CopyOnWriteArrayList<>();
        child.stdout().onLine(lines::add);
        try (OutputStream stdin = child.stdin()) {
            stdin.write(input);
        }
        closed(child).join();
        assertThat(lines).containsExactly("3000000");
    }

    @Test
    @NodeTest("test-child-process-stdin.js")
    void aListenerWritesAsMuchAsItLikesWhileTheOutputIsHeard() {
        byte[] input = new byte[5_000_000];
        AtomicInteger echoed = new AtomicInteger();
        CompletableFuture<ExitStatus> closed = new CompletableFuture<>();
        CurrentProcess.nextTick(() -> {
            ChildProcess child = keep(ChildProcess.spawn("cat"));
            child.stdout().onData(bytes -> echoed.addAndGet(bytes.length));
            child.onClose(closed::complete);
            try (ChildInput stdin = child.stdin()) {
                stdin.write(input);
                events.add("writable " + stdin.isWritable());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(closed.join()).isEqualTo(WELL);
        assertThat(echoed).hasValue(input.length);
        assertThat(events).containsExactly("writable false");
    }

    @Test
    void aListenerThatWaitsForTheDrainHasNeverMuchInMemory() {
        byte[] part = new byte[100_000];
        AtomicInteger echoed = new AtomicInteger();
        ChildProcess child = shell("cat");
        child.stdout().onData(bytes -> echoed.addAndGet(bytes.length));
        CurrentProcess.nextTick(() -> {
            child.stdin().onDrain(() -> {
                events.add("drain");
                writePart(child, part);
            });
            writePart(child, part);
        });
        assertThat(closed(child).join()).isEqualTo(WELL);
        assertThat(echoed.get()).isGreaterThanOrEqualTo(20 * part.length);
        assertThat(events).hasSizeGreaterThanOrEqualTo(19);
    }

    /** Writes until the child is to wait, and ends with the twentieth. */
    private void writePart(ChildProcess child, byte[] part) {
        try {
            do {
                child.stdin().write(part);
            } while (child.stdin().isWritable());
            if (events.size() >= 19) {
                child.stdin().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aThreadThatWritesWaitsUntilThePipeHasAllOfItAndIsToldOfTheEnd() {
        ChildProcess child = shell(WAIT);
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(
                () -> catchThrowable(() -> child.stdin().write(new byte[1_000_000])));
        upAndRunning(child);
        assertThat(failure).isNotDone();
        child.close();
        assertThat(failure.join()).isInstanceOf(IOException.class);
        assertThat(catchThrowable(() -> child.stdin().write(1))).isInstanceOf(IOException.class);
        assertThat(child.stdin().isWritable()).isFalse();
    }

    @Test
    void whatAListenerHasWrittenArrivesBeforeTheEndThatItSaysAtOnce() {
        CompletableFuture<ChildProcess> begun = new CompletableFuture<>();
        List<String> lines = new CopyOnWriteArrayList<>();
        CurrentProcess.nextTick(() -> {
            ChildProcess child = shell("sleep 0.2; wc -c");
            child.stdout().onLine(lines::add);
            try (ChildInput stdin = child.stdin()) {
                stdin.write(1);
                stdin.write(new byte[300_000]);
                stdin.write(new byte[0]);
                stdin.write(new byte[] {0, 1, 2, 3}, 1, 2);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            begun.complete(child);
        });
        closed(begun.join()).join();
        assertThat(lines).containsExactly("300003");
    }

    @Test
    void aListenerThatThrowsStopsNoOther() {
        ChildProcess child = shell("echo a; exit 0");
        child.onExit(status -> {
            throw new IllegalStateException("on purpose");
        });
        child.onExit(status -> events.add("other"));
        await().dontCatchUncaughtExceptions().until(() -> events.contains("other"));
    }

    @Test
    void anInterruptedListenerOrAClosedSubscriptionHearsNothing() throws Exception {
        ChildProcess child = shell("read go");
        child.onExit(status -> events.add("closed one")).close();
        child.stdin().close();
        closed(child).join();
        assertThat(events).isEmpty();
    }

    // --- output -----------------------------------------------------------------------------------------------------

    @Test
    void listenersGetEveryByteOfALongOutputInOrder() {
        ChildProcess child = shell("seq 1 200000");
        List<String> lines = new ArrayList<>();
        child.stdout().onLine(lines::add);
        closed(child).join();
        assertThat(lines).hasSize(200_000).startsWith("1", "2").endsWith("199999", "200000");
    }

    @Test
    void aStreamGivesWhatListenersWouldHaveHeard() throws Exception {
        ChildProcess child = shell("echo hello; echo oops >&2");
        assertThat(new String(child.stdout().stream().readAllBytes(), UTF_8)).isEqualTo("hello\n");
        assertThat(new String(child.stderr().stream().readAllBytes(), UTF_8)).isEqualTo("oops\n");
        assertThat(closed(child).join()).isEqualTo(WELL);
        assertThatIllegalStateException().isThrownBy(() -> child.stdout().onData(bytes -> {}));
    }

    @Test
    void aStreamAfterTheEndGivesWhatWasKept() throws Exception {
        ChildProcess child = shell("echo hello");
        closed(child).join();
        assertThat(new String(child.stdout().stream().readAllBytes(), UTF_8)).isEqualTo("hello\n");
    }

    @Test
    void aStreamBesideListenersIsRefused() {
        ChildProcess child = shell(WAIT);
        upAndRunning(child);
        assertThatIllegalStateException().isThrownBy(() -> child.stdout().stream());
    }

    @Test
    void aLineOverTheLimitComesInPieces() {
        ChildProcess child = shell("printf 'abcdefg\\r\\nhi'", options -> options.maxBuffer(3));
        child.stdout().onLine(events::add);
        closed(child).join();
        assertThat(events).containsExactly("abc", "def", "g", "hi");
    }

    // --- exec -------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-exec-stdout-stderr-data-string.js")
    @NodeTest("test-child-process-promisified.js")
    void execCollectsBothStreams() {
        Output output =
                keep(ChildProcess.exec("echo hello; echo oops >&2")).output().join();
        assertThat(output.stdout()).isEqualTo("hello\n");
        assertThat(output.stderr()).isEqualTo("oops\n");
        assertThat(output.status()).isEqualTo(WELL);
    }

    @Test
    @NodeTest("test-child-process-exec-error.js")
    void execOfAnUnknownCommandIsTheShells127() {
        ChildProcess child = keep(ChildProcess.exec("no-such-program-anywhere"));
        ChildProcessException failure = failureOf(child);
        assertThat(failure.reason()).isEqualTo(Reason.FAILED);
        assertThat(failure.output().orElseThrow().status()).isEqualTo(new Exited(127));
        assertThat(child.pid()).isPositive();
        ChildProcess unknown = ChildProcess.execFile("no-such-program-anywhere");
        assertThat(failureOf(unknown).reason()).isEqualTo(Reason.NOT_STARTED);
        assertThat(unknown.pid()).isEqualTo(-1);
    }

    @Test
    @NodeTest("test-child-process-execfile.js")
    void aFailureNamesTheCommandItsCodeAndItsLastWords() {
        ChildProcessException failure =
                failureOf(keep(ChildProcess.execFile("sh", "-c", "echo why >&2; exit 42", "sh", "word")));
        assertThat(failure).hasMessageContainingAll("sh -c", "word", "exit code 42", "\nwhy");
        assertThat(failure.output().orElseThrow().stderr()).isEqualTo("why\n");
    }

    @Test
    @NodeTest("test-child-process-exec-timeout-expire.js")
    @NodeTest("test-child-process-exec-timeout-kill.js")
    void execEndsAtItsTimeLimitByTheKillSignal() {
        SpawnOptions options = script(WAIT + "; true").timeout(Duration.ofMillis(300));
        ChildProcessException failure = failureOf(keep(ChildProcess.execFile(options)));
        assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(failure.output().orElseThrow().status()).isEqualTo(new Signaled(Signal.TERM));
        assertThat(failure).hasMessageContainingAll("PT0.3S", "sent TERM", "timeout allows more");
        ChildProcess killed = keep(ChildProcess.execFile(options.killSignal(Signal.KILL)));
        assertThat(failureOf(killed).output().orElseThrow().status()).isEqualTo(new Signaled(Signal.KILL));
        assertThat(killed.killed()).isTrue();
    }

    @Test
    void aGrandchildThatHoldsThePipesDoesNotHoldUpATimeLimit() {
        SpawnOptions options = script("sleep 30; true").timeout(Duration.ofMillis(200));
        long begin = System.nanoTime();
        assertThat(failure(() -> ChildProcess.execFileSync(options)).reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(25));
    }

    @Test
    @NodeTest("test-child-process-exec-timeout-not-expired.js")
    void aTimeLimitThatIsKeptChangesNothing() {
        Output output = ChildProcess.execFileSync(script("echo hello").timeout(Duration.ofMinutes(5)));
        assertThat(output.stdout()).isEqualTo("hello\n");
    }

    @Test
    @NodeTest("test-child-process-exec-maxbuf.js")
    @NodeTest("test-child-process-execfile-maxbuf.js")
    void moreThanTheLimitEndsTheChildAndCutsTheOutput() {
        SpawnOptions options = script("printf 0123456789; exec sleep 60").maxBuffer(4);
        ChildProcess child = keep(ChildProcess.execFile(options));
        ChildProcessException failure = failureOf(child);
        assertThat(failure.reason()).isEqualTo(Reason.TOO_MUCH_OUTPUT);
        assertThat(failure.output().orElseThrow().stdout()).isEqualTo("0123");
        assertThat(failure).hasMessageContainingAll("more than 4 bytes", "sent TERM", "maxBuffer allows more");
        assertThat(child.killed()).isTrue();
    }

    @Test
    @NodeTest("test-child-process-exec-maxbuf.js")
    void noCharacterIsCutInTwoAtTheLimit() {
        SpawnOptions options = script("printf 'ab€€'").maxBuffer(4);
        Output output =
                failure(() -> ChildProcess.execFileSync(options)).output().orElseThrow();
        assertThat(output.stdout()).isEqualTo("ab");
        assertThat(output.stdoutBytes()).hasSize(2);
    }

    @Test
    @NodeTest("test-child-process-execsync-maxbuf.js")
    @NodeTest("test-child-process-execfilesync-maxbuf.js")
    @NodeTest("test-child-process-spawnsync-maxbuf.js")
    void theLimitHoldsForSyncCallsAndCanBeLiftedAltogether() {
        SpawnOptions large = script("head -c 1048577 /dev/zero");
        assertThat(failure(() -> ChildProcess.spawnSync(large)).reason()).isEqualTo(Reason.TOO_MUCH_OUTPUT);
        assertThat(failure(() -> ChildProcess.execFileSync(large.maxBuffer(0)))
                        .output()
                        .orElseThrow()
                        .stdoutBytes())
                .isEmpty();
        assertThat(ChildProcess.execFileSync(large.maxBuffer(Long.MAX_VALUE)).stdoutBytes())
                .hasSize(1_048_577);
        assertThat(ChildProcess.execSync("head -c 1048576 /dev/zero").stdoutBytes())
                .hasSize(1_048_576);
    }

    @Test
    @NodeTest("test-child-process-exec-encoding.js")
    @NodeTest("test-child-process-exec-std-encoding.js")
    void textIsReadInTheEncodingThatWasSaidAndBytesAsTheyAre() {
        SpawnOptions options = script("printf '\\344\\n'").encoding(ISO_8859_1);
        Output output = ChildProcess.execFileSync(options);
        assertThat(output.stdout()).isEqualTo("ä\n");
        assertThat(output.stdoutBytes()).containsExactly(0xe4, '\n');
        assertThat(ChildProcess.execSync("printf 'ä€'").stdout()).isEqualTo("ä€");
    }

    @Test
    @NodeTest("test-child-process-exec-abortcontroller-promisified.js")
    @NodeTest("test-child-process-execFile-promisified-abortController.js")
    @NodeTest("test-child-process-spawn-controller.js")
    void aCancelledChildIsSentTheKillSignal() {
        CompletableFuture<Void> cancel = new CompletableFuture<>();
        ChildProcess collected = keep(ChildProcess.execFile(script(WAIT).cancelledBy(cancel)));
        ChildProcess streamed =
                shell(WAIT, options -> options.cancelledBy(cancel).killSignal(Signal.KILL));
        upAndRunning(streamed);
        record(streamed);
        cancel.completeExceptionally(new IOException("not wanted"));
        assertThat(failureOf(collected))
                .hasRootCauseMessage("not wanted")
                .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.CANCELLED));
        closed(streamed).join();
        assertThat(events).containsExactly("spawn", "error", "exit signal KILL", "close signal KILL");
        ChildProcess late = keep(ChildProcess.execFile(script(WAIT).cancelledBy(cancel)));
        assertThat(failureOf(late).reason()).isEqualTo(Reason.CANCELLED);
    }

    @Test
    @NodeTest("test-child-process-exec-abortcontroller-promisified.js")
    void aCancellationWithoutAReasonIsACauseAllTheSame() {
        CompletableFuture<Void> cancel = CompletableFuture.completedFuture(null);
        assertThat(failureOf(keep(ChildProcess.execFile(script(WAIT).cancelledBy(cancel)))))
                .hasCauseInstanceOf(CancellationException.class);
        assertThat(failure(() -> ChildProcess.execFileSync(script(WAIT).cancelledBy(cancel))))
                .hasCauseInstanceOf(CancellationException.class);
        CompletableFuture<ChildProcessException> error = new CompletableFuture<>();
        shell(WAIT, options -> options.cancelledBy(cancel)).onError(error::complete);
        assertThat(error.join()).hasCauseInstanceOf(CancellationException.class);
    }

    // --- sync -------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-execsync.js")
    void execSyncGivesOutputOrThrowsWithEverything() {
        assertThat(ChildProcess.execSync("echo a b").stdout()).isEqualTo("a b\n");
        ChildProcessException failure = failure(() -> ChildProcess.execSync("echo out; echo why >&2; exit 9"));
        assertThat(failure.reason()).isEqualTo(Reason.FAILED);
        assertThat(failure).hasMessageContainingAll("exit code 9", "why");
        assertThat(failure.output().orElseThrow().stdout()).isEqualTo("out\n");
        assertThat(failure(() -> ChildProcess.execFileSync(
                                SpawnOptions.of("true").shell("/no/shell")))
                        .reason())
                .isEqualTo(Reason.NOT_STARTED);
        assertThat(failure.getStackTrace()[0].getClassName()).contains("SyncRun");
    }

    @Test
    @NodeTest("test-child-process-spawnsync.js")
    void spawnSyncGivesAnyEndAndThrowsWhatIsNone() {
        assertThat(ChildProcess.spawnSync(script("exit 5")).status()).isEqualTo(new Exited(5));
        assertThat(ChildProcess.spawnSync(script("kill -9 $$")).status()).isEqualTo(new Signaled(Signal.KILL));
        assertThat(failure(() -> ChildProcess.spawnSync(SpawnOptions.of("no-such-program-anywhere")))
                        .reason())
                .isEqualTo(Reason.NOT_STARTED);
    }

    @Test
    @NodeTest("test-child-process-spawnsync-timeout.js")
    @NodeTest("test-child-process-spawnsync-kill-signal.js")
    void spawnSyncEndsAtItsTimeLimit() {
        SpawnOptions options =
                SpawnOptions.of("sleep", "60").timeout(Duration.ofMillis(100)).killSignal(Signal.KILL);
        ChildProcessException failure = failure(() -> ChildProcess.spawnSync(options));
        assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(failure.output().orElseThrow().status()).isEqualTo(new Signaled(Signal.KILL));
    }

    @Test
    @NodeTest("test-child-process-spawnsync-input.js")
    void aSyncChildReadsItsInputOrNothing() {
        assertThat(ChildProcess.spawnSync(SpawnOptions.of("cat").input("grüß dich"))
                        .stdout())
                .isEqualTo("grüß dich");
        assertThat(ChildProcess.execFileSync("cat").stdoutBytes()).isEmpty();
        byte[] large = new byte[500_000];
        assertThat(ChildProcess.spawnSync(SpawnOptions.of("cat").input(large)).stdoutBytes())
                .isEqualTo(large);
        assertThat(ChildProcess.spawnSync(SpawnOptions.of("true").input(large)).status())
                .isEqualTo(WELL);
    }

    @Test
    void aListenerMayRunASyncChild() {
        ChildProcess child = shell("true");
        child.onExit(status -> events.add(ChildProcess.execSync("echo nested").stdout()));
        await().until(() -> events.contains("nested\n"));
    }

    // --- options ----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-env.js")
    @NodeTest("test-child-process-exec-env.js")
    void theEnvironmentIsTheOneThatWasSaidOrTheProcesss() {
        SpawnOptions printed = SpawnOptions.of("/usr/bin/env");
        assertThat(ChildProcess.execFileSync(printed.env(Map.of("A", "1", "B", "x y")))
                        .stdout()
                        .lines())
                .containsExactlyInAnyOrder("A=1", "B=x y");
        CurrentProcess.env().put("HANDOFF_TEST_VARIABLE", "seen");
        assertThat(ChildProcess.execFileSync(printed).stdout()).contains("HANDOFF_TEST_VARIABLE=seen\n");
        CurrentProcess.env().remove("HANDOFF_TEST_VARIABLE");
        assertThat(ChildProcess.execFileSync(printed).stdout()).doesNotContain("HANDOFF_TEST_VARIABLE");
    }

    @Test
    void aCommandIsLookedUpInThePathOfItsOwnEnvironment() throws Exception {
        Path tool = Files.createFile(directory.resolve("tool"));
        Files.writeString(tool, "#!/bin/sh\necho found\n");
        SpawnOptions options = SpawnOptions.of("tool");
        assertThat(notStarted(options)).contains("tool", "No such file");
        Map<String, String> inIts = Map.of("PATH", "/nowhere:" + directory);
        assertThat(notStarted(options.env(inIts))).contains(tool.toString()).contains("Permission denied");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        assertThat(ChildProcess.execFileSync(options.env(inIts)).stdout()).isEqualTo("found\n");
        assertThat(ChildProcess.execFileSync(options.env(inIts).detached()).stdout())
                .isEqualTo("found\n");
        assertThat(ChildProcess.execFileSync(options.env(Map.of("PATH", "")).cwd(directory))
                        .stdout())
                .as("an empty entry is the child's directory")
                .isEqualTo("found\n");
    }

    @Test
    void aCommandIsLookedUpInThePathThatThisProcessHasSet() throws Exception {
        Path tool = Files.writeString(directory.resolve("tool"), "#!/bin/sh\necho found\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        String before = CurrentProcess.env().put("PATH", directory.toString());
        try {
            assertThat(ChildProcess.execFileSync("tool").stdout()).isEqualTo("found\n");
            assertThat(notStarted(SpawnOptions.of("ls"))).contains("there is no 'ls' in the PATH");
        } finally {
            CurrentProcess.env().put("PATH", Objects.requireNonNull(before));
        }
        assertThat(ChildProcess.execFileSync(
                                SpawnOptions.of("sh", "-c", "echo $0").env(Map.of()))
                        .stdout())
                .as("without a PATH, where the system's programs are")
                .isNotEmpty();
    }

    private static String notStarted(SpawnOptions options) {
        ChildProcessException failure =
                catchThrowableOfType(ChildProcessException.class, () -> ChildProcess.execFileSync(options));
        assertThat(failure.reason()).isEqualTo(Reason.NOT_STARTED);
        return String.valueOf(failure.getMessage());
    }

    /** The JVM blocks it in its own threads, and a new process blocks what the thread blocked that has started it. */
    @Test
    void aChildCanBeEndedByQuit() {
        ChildProcess child = shell(WAIT);
        child.stdout().onLine(events::add);
        await().until(() -> events.contains("up"));
        assertThat(child.kill(Signal.QUIT)).isTrue();
        await().until(() -> child.exitStatus().isPresent());
        assertThat(child.exitStatus()).contains(new Signaled(Signal.QUIT));
    }

    @Test
    @NodeTest("test-child-process-cwd.js")
    @NodeTest("test-child-process-exec-cwd.js")
    void theWorkingDirectoryIsTheOneThatWasSaid() throws Exception {
        Path odd = Files.createDirectory(directory.resolve("späth ordner"));
        assertThat(ChildProcess.execFileSync(SpawnOptions.of("pwd").cwd(odd)).stdout())
                .isEqualTo(odd.toRealPath() + "\n");
        Path missing = directory.resolve("missing");
        assertThat(failure(
                        () -> ChildProcess.execFileSync(SpawnOptions.of("pwd").cwd(missing))))
                .hasMessage("cannot start pwd: its working directory " + missing + " is not there");
    }

    @Test
    @NodeTest("test-child-process-stdio.js")
    @NodeTest("test-child-process-validate-stdio.js")
    void streamsGoWhereTheyWereSent() throws Exception {
        Path in = Files.writeString(directory.resolve("in"), "text");
        Path out = Files.writeString(directory.resolve("out"), "old and long");
        Path log = Files.writeString(directory.resolve("log"), "old ");
        ChildProcess child = shell(
                "cat; echo new >&2",
                options -> options.stdin(Stdio.file(in)).stdout(Stdio.file(out)).stderr(Stdio.append(log)));
        closed(child).join();
        assertThat(out).hasContent("text");
        assertThat(log).hasContent("old new\n");
        assertThatIllegalStateException().isThrownBy(child::stdout).withMessageContaining("no pipe");
        assertThatIllegalStateException().isThrownBy(child::stdin).withMessageContaining("no pipe");
        ChildProcess mute = shell("cat; echo nobody hears", options -> options.stdio(Stdio.ignore()));
        assertThat(closed(mute).join()).isEqualTo(WELL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("cat").stdin(Stdio.append(log)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Stdio(Stdio.Kind.FILE, java.util.Optional.empty()));
    }

    @Test
    @NodeTest("test-child-process-detached.js")
    void aDetachedChildLeadsASessionOfItsOwn() {
        SpawnOptions session = script("ps -o sid= -p $$; echo $$").detached();
        List<String> lines = ChildProcess.execFileSync(session)
                .stdout()
                .lines()
                .map(String::strip)
                .toList();
        assertThat(lines.get(0)).isEqualTo(lines.get(1));
    }

    @Test
    @NodeTest("test-child-process-spawn-timeout-kill-signal.js")
    void aSpawnedChildIsSentTheKillSignalAtItsTimeLimitAndThatIsNoError() {
        ChildProcess child =
                shell(WAIT, options -> options.timeout(Duration.ofMillis(200)).killSignal(Signal.KILL));
        record(child);
        assertThat(closed(child).join()).isEqualTo(new Signaled(Signal.KILL));
        assertThat(events).containsExactly("spawn", "exit signal KILL", "close signal KILL");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("x").timeout(Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "ab\0"})
    @NodeTest("test-child-process-reject-null-bytes.js")
    void aNullByteIsRefusedWhereverItStands(String word) {
        SpawnOptions options = SpawnOptions.of("true");
        assertNullByte(word, "the command", () -> SpawnOptions.of(word));
        assertNullByte(word, "an argument", () -> SpawnOptions.of("true", word));
        assertNullByte(word, "an argument", () -> SpawnOptions.ofMain(ChildProcessTest.class, word));
        assertNullByte(
                word,
                "a JVM flag",
                () -> SpawnOptions.ofMain(ChildProcessTest.class).jvmArgs(word));
        assertNullByte(word, "the shell", () -> options.shell(word));
        assertNullByte(word, "the variable", () -> options.env(Map.of(word, "x")));
        assertNullByte(word, "the variable x", () -> options.env(Map.of("x", word)));
        assertNullByte(word, "the command", () -> ChildProcess.exec(word));
        assertNullByte(word, "the command", () -> ChildProcess.execSync(word));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CurrentProcess.env().put("x", word))
                .withMessageContainingAll("the variable x", "null byte");
        // A directory with one cannot even be said.
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.cwd(Path.of(word)))
                .withMessageContaining("Nul character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\ude00b", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void halfACharacterIsRefusedWhereverItStands(String word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("true", word))
                .withMessageContainingAll("cannot start a process: an argument", "half a character");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("true").env(Map.of("x", word)))
                .withMessageContaining("the variable x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CurrentProcess.env().put(word, "x"))
                .withMessageContaining("half a character");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("cat").input(word))
                .withMessageContainingAll("in UTF-8", "at index");
        assertThat(ChildProcess.execFileSync("printf", "%s", "\ud83d\ude00").stdout())
                .isEqualTo("\ud83d\ude00");
    }

    @Test
    void anInputThatItsEncodingHasNotIsRefused() {
        SpawnOptions latin = SpawnOptions.of("cat").encoding(ISO_8859_1);
        assertThat(ChildProcess.execFileSync(latin.input("\u00fc")).stdoutBytes())
                .containsExactly(0xfc);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> latin.input("5 \u20ac"))
                .withMessageContainingAll("ISO-8859-1", "at index 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=", "=x", "x=", "x=y"})
    void aVariablesNameThatTheKernelWouldReadOtherwiseIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("true").env(Map.of(name, "1")))
                .withMessageContaining("a name has at least one character and no '='");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CurrentProcess.env().put(name, "1"))
                .withMessageContaining("a name has at least one character and no '='");
    }

    @Test
    void aDirectoryAndFilesWhoseNamesAreNoTextAreFound() throws Exception {
        Path odd = Files.createDirectory(Path.of(URI.create(directory.toUri() + "%FF%C3%BC")));
        Path out = Path.of(URI.create(odd.toUri() + "%FE"));
        SpawnOptions inside =
                SpawnOptions.of("sh", "-c", "pwd -P; cat; echo").cwd(odd).input("in");
        assertThat(ChildProcess.execFileSync(inside.encoding(ISO_8859_1)).stdout())
                .isEqualTo(directory.toRealPath() + "/\u00ff\u00c3\u00bc\nin\n");
        ChildProcess.execFileSync(SpawnOptions.of("echo", "1").stdout(Stdio.file(out)));
        ChildProcess.execFileSync(SpawnOptions.of("echo", "2").stdout(Stdio.append(out)));
        assertThat(ChildProcess.execFileSync(SpawnOptions.of("cat").stdin(Stdio.file(out)))
                        .stdout())
                .isEqualTo("1\n2\n");
    }

    @Test
    void aDetachedCommandThatLooksLikeAnOptionIsACommand() {
        assertThat(ChildProcess.spawnSync(SpawnOptions.of("--version").detached())
                        .status())
                .isEqualTo(new ExitStatus.Exited(127));
    }

    @Test
    void aDetachedCommandNeedsNoPath() {
        SpawnOptions detached = SpawnOptions.of("/bin/true").detached();
        assertThat(ChildProcess.spawnSync(detached.env(Map.of("PATH", "/nowhere")))
                        .status())
                .isEqualTo(new ExitStatus.Exited(0));
    }

    /** As execvp(3), and unlike the JDK. */
    @Test
    void withoutAPathACommandIsNotLookedForInTheWorkingDirectory() throws Exception {
        Path tool = Files.writeString(directory.resolve("tool"), "#!/bin/sh\necho found\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        SpawnOptions looks = SpawnOptions.ofMain(Looks.class).cwd(directory).env(Map.of());
        assertThat(ChildProcess.execFileSync(looks).stdout()).isEqualTo("NOT_STARTED\n");
    }

    static final class Looks {
        private Looks() {}

        public static void main(String[] arguments) {
            try {
                System.out.println(ChildProcess.execFileSync("tool"));
            } catch (ChildProcessException e) {
                System.out.println(e.reason());
            }
        }
    }

    /** Up to JDK 17 it counts for words and directories, but not for files. */
    @Test
    void anotherDefaultEncodingOfTheJvmChangesNothing() throws Exception {
        Files.createDirectory(Path.of(URI.create(directory.toUri() + "%C3%BC")));
        SpawnOptions latin =
                SpawnOptions.ofMain(IsLatin.class, directory.toUri() + "%C3%BC").jvmArgs("-Dfile.encoding=ISO-8859-1");
        assertThat(ChildProcess.execFileSync(latin).stdout()).isEqualTo(directory.toRealPath() + "/\u00fc in \u00fc\n");
    }

    static final class IsLatin {
        private IsLatin() {}

        public static void main(String[] arguments) {
            Path odd = Path.of(URI.create(arguments[0]));
            SpawnOptions inside = SpawnOptions.of("sh", "-c", "echo \"$(pwd -P) in $1\"", "sh", "\u00fc");
            ChildProcess.execFileSync(inside.cwd(odd).stdout(Stdio.file(odd.resolve("out"))));
            ChildProcess.execFileSync(SpawnOptions.of("cat", "out")
                    .cwd(odd)
                    .stdout(Stdio.inherit())
                    .stderr(Stdio.inherit()));
        }
    }

    private static void assertNullByte(
            String word, String where, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageContainingAll(
                        "cannot start a process: " + where,
                        word.replace("\0", "\\0"),
                        "null byte at index " + word.indexOf('\0'));
    }

    @Test
    @NodeTest("test-child-process-spawnsync-validation-errors.js")
    @NodeTest("test-child-process-bad-stdio.js")
    void valuesOutOfRangeAreRefusedByName() {
        SpawnOptions options = SpawnOptions.of("true");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of(""))
                .withMessageContaining("empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.maxBuffer(-1))
                .withMessageContaining("-1 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> options.timeout(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> options.killSignal(Signal.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> options.jvmArgs("-Xmx1g"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signal.parse("SIGFOO"))
                .withMessageContainingAll("SIGFOO", "TERM");
        assertThat(Signal.parse("SIGTERM")).isEqualTo(Signal.TERM);
        assertThat(Signal.parse("HUP")).isEqualTo(Signal.HUP);
    }

    // --- kill -------------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-kill.js")
    @NodeTest("test-child-process-destroy.js")
    void aSignalIsDeliveredAndADeadChildGetsNone() {
        ChildProcess child = shell(WAIT);
        upAndRunning(child);
        assertThat(child.kill(Signal.NONE)).isTrue();
        assertThat(child.killed()).isFalse();
        assertThat(child.kill(Signal.USR1)).isTrue();
        assertThat(closed(child).join()).isEqualTo(new Signaled(Signal.USR1));
        assertThat(child.killed()).isTrue();
        assertThat(child.kill()).isFalse();
        ChildProcess other = shell(WAIT);
        other.close();
        assertThat(closed(other).join()).isEqualTo(new Signaled(Signal.KILL));
    }

    @Test
    void aSignalThatTheChildCatchesIsNotItsEnd() {
        ChildProcess child = shell("trap 'echo caught; exit 6' TERM; echo up; while :; do sleep 0.02; done");
        upAndRunning(child);
        assertThat(child.kill()).isTrue();
        assertThat(closed(child).join()).isEqualTo(new Exited(6));
        assertThat(child.killed()).isTrue();
    }

    @Test
    void onlyExecCollects() {
        assertThatIllegalStateException()
                .isThrownBy(() -> shell("true").output())
                .withMessageContaining("exec");
    }
}
