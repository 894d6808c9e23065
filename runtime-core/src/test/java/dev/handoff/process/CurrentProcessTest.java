package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ends a process is tried in JVMs of their own, and where Node has the same, beside the real one. */
@Timeout(90)
class CurrentProcessTest {
    private static Output java(Class<?> main, String... arguments) {
        SpawnOptions options =
                SpawnOptions.ofMain(main, arguments).jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        return ChildProcess.spawnSync(options);
    }

    private static void sameAsNode(String script, Class<?> main) {
        Output node = ChildProcess.spawnSync(SpawnOptions.of("node", "-e", script));
        Output ours = java(main);
        assertThat(ours.stdout()).isEqualTo(node.stdout()).isNotEmpty();
        assertThat(ours.status()).isEqualTo(node.status());
    }

    private static void print(Object line) {
        System.out.println(line);
    }

    // --- what it is -------------------------------------------------------------------------------------------------

    @Test
    void loadingTheClassChangesNothingInTheJvm() {
        SpawnOptions options = SpawnOptions.ofMain(Loads.class)
                .jvmArgs(
                        "-Xmx48m",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        assertThat(ChildProcess.execFileSync(options).stdout()).isEqualTo("the same\n");
    }

    static final class Loads {
        private Loads() {}

        public static void main(String[] arguments) throws ReflectiveOperationException {
            Set<String> before = state();
            CurrentProcess.env().put("A", "b");
            CurrentProcess.cwd();
            CurrentProcess.argv();
            CurrentProcess.exitCode();
            Set<String> after = state();
            print(before.equals(after) ? "the same" : before + " has become " + after);
        }

        private static Set<String> state() throws ReflectiveOperationException {
            Set<String> state = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
            state.add("handler " + Thread.getDefaultUncaughtExceptionHandler());
            state.add("hooks " + hidden("java.lang.ApplicationShutdownHooks", "hooks"));
            state.add("signals " + hidden("jdk.internal.misc.Signal", "handlers"));
            return state;
        }

        private static Object hidden(String type, String field) throws ReflectiveOperationException {
            Field hidden = Class.forName(type).getDeclaredField(field);
            hidden.setAccessible(true);
            return String.valueOf(hidden.get(null));
        }
    }

    @Test
    @NodeTest("test-process-argv-0.js")
    @NodeTest("test-process-execpath.js")
    @NodeTest("test-process-exec-argv.js")
    @NodeTest("test-process-ppid.js")
    void argvNamesLauncherMainClassAndArguments() {
        List<String> lines = java(Tells.class, "a b", "").stdout().lines().toList();
        assertThat(Path.of(lines.get(0))).isAbsolute().isExecutable().endsWithRaw(Path.of("java"));
        assertThat(lines.get(1)).isEqualTo(Tells.class.getName());
        assertThat(lines.subList(2, 4)).containsExactly("a b", "");
        assertThat(lines.get(4)).contains("-Xmx48m");
        assertThat(lines.get(5)).isEqualTo(lines.get(0));
        assertThat(lines.get(6)).isEqualTo(Long.toString(ProcessHandle.current().pid()));
    }

    static final class Tells {
        private Tells() {}

        public static void main(String[] arguments) {
            CurrentProcess.argv().forEach(CurrentProcessTest::print);
            print(CurrentProcess.execArgv());
            print(CurrentProcess.execPath());
            print(CurrentProcess.ppid());
        }
    }

    @Test
    @NodeTest("test-process-versions.js")
    @NodeTest("test-process-uptime.js")
    @NodeTest("test-process-hrtime.js")
    void itKnowsItself() {
        assertThat(CurrentProcess.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(CurrentProcess.platform()).isEqualTo("linux");
        assertThat(CurrentProcess.arch())
                .isEqualTo(ChildProcess.execFileSync("node", "-p", "process.arch")
                        .stdout()
                        .strip());
        assertThat(CurrentProcess.version())
                .startsWith(Integer.toString(Runtime.version().feature()));
        assertThat(CurrentProcess.uptime()).isPositive();
        long before = CurrentProcess.hrtime();
        assertThat(CurrentProcess.hrtime() - before).isNotNegative();
        MemoryUsage memory = CurrentProcess.memoryUsage();
        assertThat(memory.rss()).isGreaterThan(memory.heapUsed()).isGreaterThan(1 << 20);
        assertThat(memory.heapTotal()).isGreaterThanOrEqualTo(memory.heapUsed());
        assertThat(memory.external()).isNotNegative();
    }

    @Test
    @NodeTest("test-process-title-cli.js")
    void aTitleIsWhatPsShows() {
        String before = CurrentProcess.title();
        CurrentProcess.title("handoff-tested");
        assertThat(ChildProcess.execSync("ps -o comm= -p " + CurrentProcess.pid())
                        .stdout()
                        .strip())
                .isEqualTo("handoff-tested");
        CurrentProcess.title(before);
        assertThat(CurrentProcess.title()).isEqualTo(before);
    }

    /** The kernel keeps 15 bytes, in the midst of a character or not. */
    @Test
    void aTitleIsCutBetweenCharacters() throws Exception {
        String before = CurrentProcess.title();
        try {
            CurrentProcess.title("\u00c4\u00d6\u00dc\u00e4\u00f6\u00fc\u00df\u00c4");
            assertThat(CurrentProcess.title()).isEqualTo("\u00c4\u00d6\u00dc\u00e4\u00f6\u00fc\u00df");
            Files.write(Path.of("/proc/self/comm"), new byte[] {'x', (byte) 0xe4});
            assertThat(CurrentProcess.title()).as("which others may have set").isEqualTo("x\ufffd");
            assertThat(CurrentProcess.memoryUsage().rss()).isPositive();
        } finally {
            CurrentProcess.title(before);
        }
    }

    @Test
    void aTitleStaysAsItIsOrIsRefused() {
        String before = CurrentProcess.title();
        try {
            CurrentProcess.title(" a b ");
            assertThat(CurrentProcess.title()).isEqualTo(" a b ");
            CurrentProcess.title("");
            assertThat(CurrentProcess.title()).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CurrentProcess.title("a\0b"))
                    .withMessageContainingAll("the title", "null byte");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CurrentProcess.title("a\ud83d"))
                    .withMessageContainingAll("the title", "half a character");
        } finally {
            CurrentProcess.title(before);
        }
    }

    /** What is no variable is not put in through a view either. */
    @Test
    void theViewsOfTheEnvironmentRefuseWhatItRefuses() {
        Map<String, String> env = CurrentProcess.env();
        env.put("HANDOFF_A", "1");
        try {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> env.replaceAll((name, value) -> value + "\ud83d"))
                    .withMessageContaining("half a character");
            env.entrySet().stream()
                    .filter(entry -> entry.getKey().equals("HANDOFF_A"))
                    .forEach(entry -> assertThatIllegalArgumentException()
                            .isThrownBy(() -> entry.setValue("a\0b"))
                            .withMessageContaining("null byte"));
            assertThat(env).containsEntry("HANDOFF_A", "1");
            env.entrySet().forEach(entry -> entry.setValue(entry.getValue()));
            assertThat(env.keySet().removeIf("HANDOFF_A"::equals)).isTrue();
            assertThat(env).doesNotContainKey("HANDOFF_A");
        } finally {
            env.remove("HANDOFF_A");
        }
    }

    @Test
    @NodeTest("test-process-env.js")
    @NodeTest("test-process-env-delete.js")
    void theEnvironmentIsLiveAndChildrenSeeIt() {
        Map<String, String> env = CurrentProcess.env();
        assertThat(env).containsEntry("PATH", System.getenv("PATH"));
        env.put("HANDOFF_A", "1");
        assertThat(ChildProcess.execSync("echo $HANDOFF_A").stdout()).isEqualTo("1\n");
        assertThat(env.remove("HANDOFF_A")).isEqualTo("1");
        assertThat(env.get("HANDOFF_A")).isNull();
        assertThat(ChildProcess.execSync("echo [$HANDOFF_A]").stdout()).isEqualTo("[]\n");
        assertThat(System.getenv("HANDOFF_A")).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> env.put("A=B", "c"))
                .withMessageContaining("A=B");
        assertThatIllegalArgumentException().isThrownBy(() -> env.put("", "c"));
    }

    @Test
    @NodeTest("test-process-chdir.js")
    @NodeTest("test-process-chdir-errormessage.js")
    void chdirIsWhereChildrenStart(@TempDir Path directory) throws Exception {
        Path before = CurrentProcess.cwd();
        Path odd = Files.createDirectories(directory.resolve("ein ordner/ä"));
        CurrentProcess.chdir(odd);
        try {
            assertThat(CurrentProcess.cwd()).isEqualTo(odd.toRealPath());
            assertThat(ChildProcess.execSync("pwd").stdout()).isEqualTo(odd.toRealPath() + "\n");
            CurrentProcess.chdir(Path.of(".."));
            assertThat(CurrentProcess.cwd()).isEqualTo(odd.toRealPath().getParent());
            assertThatThrownBy(() -> CurrentProcess.chdir(Path.of("missing")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContainingAll("from " + odd.toRealPath().getParent() + " to missing", "NoSuchFile");
            assertThatThrownBy(() -> CurrentProcess.chdir(Files.createFile(directory.resolve("file"))))
                    .hasMessageContaining("NotDirectory");
        } finally {
            CurrentProcess.chdir(before);
        }
    }

    @Test
    @NodeTest("test-process-kill-pid.js")
    @NodeTest("test-process-kill-null.js")
    void killSendsProbesAndRefusesGroups() {
        assertThat(CurrentProcess.kill((1L << 32) + CurrentProcess.pid(), Signal.NONE))
                .as("no process, whose lower half is one")
                .isFalse();
        ChildProcess child = ChildProcess.spawn("sleep", "60");
        assertThat(CurrentProcess.kill(child.pid(), Signal.NONE)).isTrue();
        assertThat(CurrentProcess.kill(child.pid(), Signal.TERM)).isTrue();
        await().until(() -> child.exitStatus().isPresent());
        assertThat(child.exitStatus()).contains(new ExitStatus.Signaled(Signal.TERM));
        assertThat(CurrentProcess.kill(child.pid(), Signal.NONE)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> CurrentProcess.kill(0, Signal.NONE));
        assertThatIllegalArgumentException().isThrownBy(() -> CurrentProcess.kill(-1, Signal.TERM));
    }

    @Test
    @NodeTest("test-process-remove-all-signal-listeners.js")
    void theLastListenerToGoBringsBackWhatASignalDid() {
        assertThat(java(Hears.class)).satisfies(output -> {
            assertThat(output.stdout()).isEqualTo("heard 1\nheard 2\n");
            assertThat(output.status()).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
        });
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CurrentProcess.onSignal(Signal.KILL, () -> {}))
                .withMessageContaining("KILL");
        assertThatIllegalArgumentException().isThrownBy(() -> CurrentProcess.onSignal(Signal.QUIT, () -> {}));
    }

    static final class Hears {
        private Hears() {}

        public static void main(String[] arguments) {
            List<Subscription> all = new CopyOnWriteArrayList<>();
            all.add(CurrentProcess.onSignal(Signal.TERM, () -> print("heard 1")));
            all.add(CurrentProcess.onSignal(Signal.TERM, () -> {
                print("heard 2");
                all.forEach(Subscription::close);
                CurrentProcess.kill(CurrentProcess.pid(), Signal.TERM);
            }));
            new Thread(Hears::stay).start();
            CurrentProcess.kill(CurrentProcess.pid(), Signal.TERM);
        }

        private static void stay() {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    @NodeTest("test-process-emitwarning.js")
    @NodeTest("test-process-warning.js")
    void aWarningIsPrintedAndTold() {
        Output output = java(Warns.class);
        assertThat(output.stdout()).isEqualTo("Warning/one\nOddWarning/two\n");
        assertThat(output.stderr())
                .containsPattern("\\(java:\\d+\\) Warning: one\n\\(java:\\d+\\) \\[ODD1] OddWarning: two\nmore\n");
    }

    static final class Warns {
        private Warns() {}

        public static void main(String[] arguments) {
            CurrentProcess.onWarning(warning -> print(warning.name() + "/" + warning.message()));
            CurrentProcess.emitWarning("one");
            CurrentProcess.emitWarning(
                    new Warning("OddWarning", "two", java.util.Optional.of("ODD1"), java.util.Optional.of("more")));
        }
    }

    @Test
    @NodeTest("test-process-warnings.js")
    @NodeTest("test-process-warnings.mjs")
    void aWarningThatIsNotPrintedIsToldAllTheSame() {
        Output output = java(WarnsQuietly.class);
        assertThat(output.stdout()).isEqualTo("emitted\nheard quiet\n");
        assertThat(output.stderr()).doesNotContain("quiet").contains(") Warning: loud");
    }

    static final class WarnsQuietly {
        private WarnsQuietly() {}

        public static void main(String[] arguments) {
            CurrentProcess.nextTick(() -> {
                CurrentProcess.printWarnings(false);
                Subscription hearing = CurrentProcess.onWarning(warning -> print("heard " + warning.message()));
                CurrentProcess.emitWarning("quiet");
                print("emitted");
                CurrentProcess.nextTick(() -> {
                    hearing.close();
                    CurrentProcess.printWarnings(true);
                    CurrentProcess.emitWarning("loud");
                });
            });
        }
    }

    // --- how it ends ------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-process-exit.js")
    @NodeTest("test-process-exit-handler.js")
    void exitTellsOnceAndNothingRunsAfterIt() {
        sameAsNode("""
                process.on('exit', code => {
                    console.log('exit ' + code);
                    process.nextTick(() => console.log('never'));
                });
                process.exit(5);""", ExitsWithFive.class);
    }

    static final class ExitsWithFive {
        private ExitsWithFive() {}

        public static void main(String[] arguments) {
            CurrentProcess.onExit(code -> {
                print("exit " + code);
                CurrentProcess.nextTick(() -> print("never"));
            });
            CurrentProcess.exit(5);
        }
    }

    @Test
    @NodeTest("test-process-exit-recursive.js")
    void exitWithinAnExitListenerChangesTheCode() {
        sameAsNode("""
                process.on('exit', code => { console.log('first ' + code); process.exit(9); });
                process.on('exit', code => console.log('second'));
                process.exit(3);""", ExitsAgain.class);
    }

    static final class ExitsAgain {
        private ExitsAgain() {}

        public static void main(String[] arguments) {
            CurrentProcess.onExit(code -> {
                print("first " + code);
                CurrentProcess.exit(9);
            });
            CurrentProcess.onExit(code -> print("second"));
            CurrentProcess.exit(3);
        }
    }

    @Test
    @NodeTest("test-process-exit-code.js")
    void theExitCodeThatWasSetLastCounts() {
        sameAsNode("""
                process.on('exit', code => { console.log('exit ' + code); process.exitCode = 8; });
                process.exitCode = 4;""", SetsTheCode.class);
    }

    static final class SetsTheCode {
        private SetsTheCode() {}

        public static void main(String[] arguments) {
            CurrentProcess.onExit(code -> {
                print("exit " + code);
                CurrentProcess.exitCode(8);
            });
            CurrentProcess.exitCode(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"259, ''", "-1, ''", "4, 5", "'', 259", "'', -1", "4, none"})
    @NodeTest("test-process-exit-code-validation.js")
    void whicheverWayTheCodeIsSaidItsLowestEightBitsCount(String exitCode, String exit) {
        String set = exitCode.isEmpty() ? "" : "process.exitCode = " + exitCode + ";";
        String end = exit.isEmpty() ? "" : "process.exit(" + exit.replace("none", "") + ");";
        Output node = ChildProcess.spawnSync(SpawnOptions.of("node", "-e", set + end));
        assertThat(java(SaysACode.class, exitCode, exit).status()).isEqualTo(node.status());
    }

    static final class SaysACode {
        private SaysACode() {}

        public static void main(String[] arguments) {
            if (!arguments[0].isEmpty()) {
                CurrentProcess.exitCode(Integer.parseInt(arguments[0]));
            }
            switch (arguments[1]) {
                case "" -> print("done");
                case "none" -> CurrentProcess.exit();
                default -> CurrentProcess.exit(Integer.parseInt(arguments[1]));
            }
        }
    }

    @Test
    @NodeTest("test-process-beforeexit.js")
    void beforeExitComesAgainAfterEachPieceOfAddedWorkButNotAfterATick() {
        sameAsNode("""
                let count = 0;
                process.on('beforeExit', code => {
                    console.log('beforeExit ' + code + ' ' + ++count);
                    if (count < 3) setTimeout(() => console.log('work ' + count), 1);
                    if (count === 3) process.nextTick(() => console.log('tick'));
                });
                process.on('exit', code => console.log('exit ' + code));
                console.log('main');""", AddsWork.class);
    }

    static final class AddsWork {
        private static int count;

        private AddsWork() {}

        public static void main(String[] arguments) {
            CurrentProcess.onBeforeExit(code -> {
                print("beforeExit " + code + " " + ++count);
                String work = "work " + count;
                if (count == 1) {
                    new Thread(() -> print(work)).start();
                }
                if (count == 2) {
                    ChildProcess.spawn("true").onClose(status -> print(work));
                }
                if (count == 3) {
                    CurrentProcess.nextTick(() -> print("tick"));
                }
            });
            CurrentProcess.onExit(code -> print("exit " + code));
            print("main");
        }
    }

    @Test
    void aListenerOfBeforeExitThatIsDoneAtOnceIsCalledOnce() {
        sameAsNode("""
                process.on('beforeExit', code => {
                    console.log('beforeExit ' + require('child_process').execSync('echo done').toString().trim());
                });
                process.on('exit', code => console.log('exit ' + code));""", IsDoneAtOnce.class);
    }

    static final class IsDoneAtOnce {
        private IsDoneAtOnce() {}

        public static void main(String[] arguments) {
            CurrentProcess.onBeforeExit(code -> {
                print("beforeExit "
                        + ChildProcess.execSync("echo done").stdout().strip());
                CompletableFuture.runAsync(() -> {}).join();
                Thread awaited = new Thread(() -> {});
                awaited.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));
                QueuesATickAsItEnds.joinOf(awaited);
            });
            CurrentProcess.onExit(code -> print("exit " + code));
        }
    }

    @Test
    @NodeTest("test-process-beforeexit.js")
    void howOftenTheEndWasAskedForBeforeMainEndsChangesNothing() {
        sameAsNode("""
                process.on('beforeExit', code => console.log('beforeExit'));
                process.on('exit', code => console.log('exit ' + code));""", QueuesManyTicks.class);
    }

    static final class QueuesManyTicks {
        private QueuesManyTicks() {}

        public static void main(String[] arguments) {
            CurrentProcess.onBeforeExit(code -> print("beforeExit"));
            CurrentProcess.onExit(code -> print("exit " + code));
            // After each of them nothing is left to do but to wait for this thread.
            for (int tick = 0; tick < 200; tick++) {
                CompletableFuture<Void> run = new CompletableFuture<>();
                CurrentProcess.nextTick(() -> run.complete(null));
                run.join();
            }
        }
    }

    @Test
    void threadsThatKeepNoProcessAliveAreNoWork() {
        Output output = java(StartsNoWork.class);
        assertThat(output.stdout()).isEqualTo("beforeExit\nexit 0\n");
    }

    static final class StartsNoWork {
        private StartsNoWork() {}

        public static void main(String[] arguments) {
            // A pool of the program's lets threads come and go at any time.
            Thread pool = new Thread(StartsNoWork::startThreads);
            pool.setDaemon(true);
            pool.start();
            CurrentProcess.onBeforeExit(code -> {
                print("beforeExit");
                Thread daemon = new Thread(Hears::stay);
                daemon.setDaemon(true);
                daemon.start();
            });
            CurrentProcess.onExit(code -> print("exit " + code));
        }

        private static void startThreads() {
            while (true) {
                Thread brief = new Thread(() -> {});
                brief.setDaemon(true);
                brief.start();
                QueuesATickAsItEnds.joinOf(brief);
            }
        }
    }

    /** The thread that asks whether others are alive is held up until the tick is queued and main is gone. */
    @Test
    void aTickThatMainQueuesAsItEndsIsRun() {
        sameAsNode("""
                process.on('exit', code => console.log('exit ' + code));
                process.nextTick(() => console.log('tick'));""", QueuesATickAsItEnds.class);
    }

    static final class QueuesATickAsItEnds {
        private QueuesATickAsItEnds() {}

        public static void main(String[] arguments) throws InterruptedException {
            holdUpWhoAsksUntilTheEndOf(Thread.currentThread());
            CurrentProcess.onExit(code -> print("exit " + code));
            await().until(QueuesATickAsItEnds::isAsked);
            CurrentProcess.nextTick(() -> print("tick"));
        }

        private static void holdUpWhoAsksUntilTheEndOf(Thread main) throws InterruptedException {
            // A JDK up to 18 enumerates the threads of a group under its lock.
            ThreadGroup system = main.getThreadGroup().getParent();
            CountDownLatch held = new CountDownLatch(1);
            Thread holder = new Thread(() -> {
                synchronized (system) {
                    held.countDown();
                    joinOf(main);
                }
            });
            holder.setDaemon(true);
            holder.start();
            held.await();
        }

        private static void joinOf(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static boolean isAsked() {
            return Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().equals("handoff-events")
                            && (thread.getState() == Thread.State.BLOCKED
                                    || thread.getState() == Thread.State.WAITING));
        }
    }

    @Test
    @NodeTest("test-process-exit-from-before-exit.js")
    void exitFromBeforeExitEndsAtOnce() {
        sameAsNode("""
                process.on('beforeExit', () => { console.log('before'); setTimeout(() => console.log('never'), 1); process.exit(2); });
                """, ExitsBefore.class);
    }

    static final class ExitsBefore {
        private ExitsBefore() {}

        public static void main(String[] arguments) {
            CurrentProcess.onBeforeExit(code -> {
                print("before");
                CurrentProcess.exit(2);
            });
        }
    }

    @Test
    void anExitThatOthersAskForIsToldAsWell() {
        Output output = java(LeavesByItself.class);
        assertThat(output.stdout()).isEqualTo("exit 0\n");
        assertThat(output.status()).isEqualTo(new ExitStatus.Exited(12));
    }

    static final class LeavesByItself {
        private LeavesByItself() {}

        public static void main(String[] arguments) {
            CurrentProcess.onExit(code -> print("exit " + code));
            System.exit(12);
        }
    }

    @Test
    void aChildKeepsTheProcessUntilAllIsToldUnlessItIsUnreferenced() {
        Output output = java(Waits.class);
        assertThat(output.stdout()).isEqualTo("main\nsaid by the child\nclose exit code 3\n");
        assertThat(java(Leaves.class).stdout()).isEqualTo("main\n");
    }

    static final class Waits {
        private Waits() {}

        public static void main(String[] arguments) throws IOException {
            ChildProcess child = ChildProcess.spawn("sh", "-c", "read go; echo said by the child; exit 3");
            child.stdout().onLine(CurrentProcessTest::print);
            child.onClose(status -> print("close " + status));
            print("main");
            try (OutputStream go = child.stdin()) {
                go.write('\n');
            }
        }
    }

    static final class Leaves {
        private Leaves() {}

        public static void main(String[] arguments) {
            ChildProcess child =
                    ChildProcess.spawn(SpawnOptions.of("sleep", "20").stdio(Stdio.ignore()));
            child.onClose(status -> print("close " + status));
            child.unref();
            print("main");
        }
    }

    // --- what is not caught -----------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-process-exception-capture.js")
    void withAListenerTheProcessGoesOnAndEndsWell() {
        sameAsNode("""
                process.on('uncaughtException', e => console.log('caught ' + e.message));
                process.on('exit', code => console.log('exit ' + code));
                setTimeout(() => console.log('goes on'), 5);
                throw new Error('on purpose');""", Catches.class);
    }

    static final class Catches {
        private Catches() {}

        public static void main(String[] arguments) {
            CurrentProcess.onUncaughtException((e, thread) -> {
                print("caught " + e.getMessage());
                new Thread(() -> print("goes on")).start();
            });
            CurrentProcess.onExit(code -> print("exit " + code));
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    @NodeTest("test-next-tick-errors.js")
    void whatATickThrowsIsToldBeforeTheNextTick() {
        sameAsNode("""
                process.on('uncaughtException', e => console.log('caught ' + e.message));
                process.on('exit', code => console.log('exit ' + code));
                process.nextTick(() => { throw new Error('one'); });
                process.nextTick(() => console.log('two'));
                process.nextTick(() => { throw new Error('three'); });""", ThrowsInTicks.class);
    }

    static final class ThrowsInTicks {
        private ThrowsInTicks() {}

        public static void main(String[] arguments) {
            CurrentProcess.onUncaughtException((e, thread) -> print("caught " + e.getMessage()));
            CurrentProcess.onExit(code -> print("exit " + code));
            CurrentProcess.nextTick(() -> {
                CurrentProcess.nextTick(() -> {
                    throw new IllegalStateException("one");
                });
                CurrentProcess.nextTick(() -> print("two"));
                CurrentProcess.nextTick(() -> {
                    throw new IllegalStateException("three");
                });
            });
        }
    }

    @Test
    void aChildsSpawnOrErrorIsATickOfTheCallThatStartsIt() {
        sameAsNode("""
                const spawn = require('child_process').spawn;
                process.nextTick(() => {
                    process.nextTick(() => console.log('before'));
                    const child = spawn('true');
                    child.on('spawn', () => console.log('spawn'));
                    process.nextTick(() => console.log('between'));
                    const missing = spawn('/nowhere/program');
                    missing.on('error', () => console.log('error'));
                    missing.on('close', () => console.log('close'));
                    process.nextTick(() => console.log('behind'));
                    console.log('first');
                });""", StartsInATick.class);
    }

    static final class StartsInATick {
        private StartsInATick() {}

        public static void main(String[] arguments) {
            CurrentProcess.nextTick(() -> {
                CurrentProcess.nextTick(() -> print("before"));
                ChildProcess.spawn("true").onSpawn(() -> print("spawn"));
                CurrentProcess.nextTick(() -> print("between"));
                ChildProcess missing = ChildProcess.spawn("/nowhere/program");
                missing.onError(failure -> print("error"));
                missing.onClose(status -> print("close"));
                CurrentProcess.nextTick(() -> print("behind"));
                print("first");
            });
        }
    }

    @Test
    @NodeTest("test-process-uncaught-exception-monitor.js")
    void aMonitorSeesItFirstAndChangesNothing() {
        sameAsNode("""
                process.on('uncaughtExceptionMonitor', e => console.log('monitor ' + e.message));
                process.on('exit', code => console.log('exit ' + code));
                setTimeout(() => console.log('never'), 5000);
                throw new Error('on purpose');""", Monitors.class);
    }

    static final class Monitors {
        private Monitors() {}

        public static void main(String[] arguments) {
            CurrentProcess.onUncaughtExceptionMonitor((e, thread) -> print("monitor " + e.getMessage()));
            CurrentProcess.onExit(code -> print("exit " + code));
            new Thread(CurrentProcessTest.Hears::stay).start();
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void aListenerThatThrowsEndsTheProcessWithSevenAndNoExitEvent() {
        sameAsNode("""
                process.on('uncaughtException', e => { console.log('caught'); throw e; });
                process.on('exit', code => console.log('exit ' + code));
                throw new Error('on purpose');""", FailsToCatch.class);
    }

    static final class FailsToCatch {
        private FailsToCatch() {}

        public static void main(String[] arguments) {
            CurrentProcess.onUncaughtException((e, thread) -> {
                print("caught");
                throw new IllegalStateException(e);
            });
            CurrentProcess.onExit(code -> print("exit " + code));
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void anotherThreadsExceptionEndsTheProcessOnlyWhereAskedFor() {
        assertThat(java(Throws.class, "main alone")).satisfies(output -> {
            assertThat(output.stderr()).contains("Exception in thread \"other\" java.lang.IllegalStateException");
            assertThat(output.stdout()).isEqualTo("went on\n");
            assertThat(output.status()).isEqualTo(new ExitStatus.Exited(0));
        });
        assertThat(java(Throws.class, "every thread")).satisfies(output -> {
            assertThat(output.stdout()).isEmpty();
            assertThat(output.status()).isEqualTo(new ExitStatus.Exited(1));
        });
    }

    static final class Throws {
        private Throws() {}

        public static void main(String[] arguments) throws InterruptedException {
            CurrentProcess.exitOnUncaughtException(arguments[0].equals("every thread"));
            Thread other = new Thread(
                    () -> {
                        throw new IllegalStateException("on purpose");
                    },
                    "other");
            other.start();
            other.join();
            if (arguments[0].equals("every thread")) {
                Hears.stay();
            }
            print("went on");
        }
    }

    @Test
    @NodeTest("test-process-beforeexit-throw-exit.js")
    void aListenerThatThrowsIsUncaughtAndExitIsToldAllTheSame() {
        Output output = java(ThrowsBeforeExit.class);
        assertThat(output.stdout()).isEqualTo("caught on purpose on handoff-events\nexit 0\n");
    }

    static final class ThrowsBeforeExit {
        private ThrowsBeforeExit() {}

        public static void main(String[] arguments) {
            CurrentProcess.onUncaughtException(
                    (e, thread) -> print("caught " + e.getMessage() + " on " + thread.getName()));
            List<Subscription> once = new CopyOnWriteArrayList<>();
            once.add(CurrentProcess.onBeforeExit(code -> {
                once.get(0).close();
                throw new IllegalStateException("on purpose");
            }));
            CurrentProcess.onExit(code -> print("exit " + code));
        }
    }
}
