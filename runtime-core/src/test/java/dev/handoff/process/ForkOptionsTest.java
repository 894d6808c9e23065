package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forked JVMs with other launchers, flags, streams and lives than their parent's. */
@Timeout(90)
class ForkOptionsTest extends ForkingTest {
    @Test
    @NodeTest("test-child-process-fork-ref2.js")
    void aChildThatDisconnectsItselfEndsWhenItsWorkIsDone() throws Exception {
        ChildProcess child = fork(SaysGoodbye.class);
        child.onMessage(messages::add);
        child.onDisconnect(() -> events.add("disconnect"));
        child.send("leave").join();
        assertThat(next().as(String.class)).isEqualTo("goodbye");
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
        await().until(() -> events.contains("disconnect"));
        assertThat(child.isConnected()).isFalse();
    }

    static final class SaysGoodbye {
        private SaysGoodbye() {}

        public static void main(String[] arguments) {
            CurrentProcess.onMessage(message -> {
                CurrentProcess.send("goodbye");
                CurrentProcess.disconnect();
            });
        }
    }

    @Test
    @NodeTest("test-child-process-fork-detached.js")
    @Tag("slow")
    void aDetachedGrandchildSurvivesItsParent() throws Exception {
        ChildProcess child = fork(ForksDetached.class);
        child.onMessage(messages::add);
        long grandchild = next().as(Long.class);
        try {
            assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
            assertThat(CurrentProcess.kill(grandchild, Signal.NONE)).isTrue();
        } finally {
            CurrentProcess.kill(grandchild, Signal.KILL);
        }
    }

    static final class ForksDetached {
        private ForksDetached() {}

        public static void main(String[] arguments) {
            ChildProcess grandchild =
                    ChildProcess.fork(small(SaysUpAndSleeps.class).detached().stdio(Stdio.ignore()));
            grandchild.onMessage(message -> {
                CurrentProcess.send(grandchild.pid());
                grandchild.unref();
            });
        }
    }

    static final class SaysUpAndSleeps {
        private SaysUpAndSleeps() {}

        public static void main(String[] arguments) throws InterruptedException {
            CurrentProcess.send("up");
            Thread.sleep(60_000);
        }
    }

    @Test
    @NodeTest("test-child-process-fork-exec-path.js")
    void aChildCanHaveAnotherLauncher(@TempDir Path directory) throws Exception {
        Path other = Files.createSymbolicLink(directory.resolve("java"), CurrentProcess.execPath());
        ChildProcess child = fork(small(TellsItsLauncher.class).java(other));
        child.onMessage(messages::add);
        assertThat(next().as(String.class)).isEqualTo(other.toString());
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        fork(small(TellsItsLauncher.class).java(directory.resolve("missing"))).onError(failure::complete);
        assertThat(failure.join())
                .hasMessageContainingAll("cannot start " + TellsItsLauncher.class.getName(), "missing", "No such file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpawnOptions.of("true").java(other))
                .withMessageContainingAll("true is a program", "main class");
    }

    static final class TellsItsLauncher {
        private TellsItsLauncher() {}

        public static void main(String[] arguments) throws IOException {
            CurrentProcess.send(Files.readString(Path.of("/proc/self/cmdline")).split("\0", 2)[0]);
        }
    }

    @Test
    @NodeTest("test-child-process-fork-no-shell.js")
    void noShellReadsAForkedMainsArguments() throws Exception {
        ChildProcess child =
                fork(small(ForkTest.Tells.class, "$HOME", "; exit 9", "*").shell());
        child.onMessage(messages::add);
        assertThat(next().as(String[].class)).startsWith("$HOME", "; exit 9", "*");
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
    }

    // --- streams and the channel ------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-child-process-fork-stdio.js")
    @NodeTest("test-child-process-fork-stdio-string-variant.js")
    void threePipesAndAChannelWorkSideBySide() throws Exception {
        ChildProcess child = fork(small(Repeats.class));
        child.onMessage(messages::add);
        child.stdout().onLine(events::add);
        child.stderr().onLine(events::add);
        try (OutputStream stdin = child.stdin()) {
            stdin.write("one\n".getBytes(UTF_8));
        }
        assertThat(next().as(String.class)).isEqualTo("sent one");
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
        await().until(() -> events.containsAll(List.of("printed one", "complained of one")));
    }

    /** Says what it reads three times: each way there is. */
    static final class Repeats {
        private Repeats() {}

        public static void main(String[] arguments) throws IOException {
            String line = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
            System.out.println("printed " + line);
            System.err.println("complained of " + line);
            CurrentProcess.send("sent " + line);
        }
    }

    @Test
    @NodeTest("test-child-process-silent.js")
    @NodeTest("test-child-process-stdio-inherit.js")
    @Tag("slow")
    void aChildSpeaksWithItsParentsVoiceOnlyWhereItInherits() {
        assertThat(ChildProcess.execFileSync(small(Parent.class, "inherit")).stdout())
                .isEqualTo("printed null\necho\n");
        assertThat(ChildProcess.execFileSync(small(Parent.class, "pipe")).stdout())
                .isEmpty();
        assertThat(ChildProcess.execFileSync(small(Parent.class, "ignore")).stdout())
                .isEmpty();
    }

    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) {
            Stdio stdio =
                    switch (arguments[0]) {
                        case "inherit" -> Stdio.inherit();
                        case "pipe" -> Stdio.pipe();
                        default -> Stdio.ignore();
                    };
            ChildProcess.fork(small(Repeats.class).stdio(stdio).stdin(Stdio.ignore()))
                    .onExit(status ->
                            ChildProcess.spawn(SpawnOptions.of("echo", "echo").stdio(stdio)));
        }
    }

    @Test
    @NodeTest("test-child-process-send-cb.js")
    void aSendIsDoneWithNothingAndWhatIsSentOutlivesItsSender() throws Exception {
        ChildProcess child = fork(SendsAndExits.class);
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(3));
        child.onMessage(messages::add);
        assertThat(next().as(String.class)).isEqualTo("last words");
    }

    static final class SendsAndExits {
        private SendsAndExits() {}

        public static void main(String[] arguments) {
            CurrentProcess.send("last words")
                    .whenComplete((nothing, failure) -> CurrentProcess.exit(failure == null ? 3 : 4));
        }
    }

    @Test
    @NodeTest("test-child-process-internal.js")
    void noMessageIsTakenForOneOfOurOwn() throws Exception {
        ChildProcess child = echo();
        for (String own : List.of("NODE_HANDLE", "HANDOFF_LEAVE", "disconnect")) {
            child.send(Map.of("cmd", own)).join();
            assertThat(next().bytes()).isEqualTo(("{\"cmd\":\"" + own + "\"}").getBytes(UTF_8));
        }
        assertThat(child.isConnected()).isTrue();
    }

    // --- flags that two JVMs cannot share ---------------------------------------------------------------------------

    @Test
    void theChildrenOfADebuggedJvmAreDebuggedOnPortsOfTheirOwn() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String debugger = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:";
        ChildProcess child = fork(SpawnOptions.ofMain(ForksTwo.class)
                .jvmArgs("-Xmx64m", "-XX:+UseSerialGC", debugger + port)
                .stdio(Stdio.ignore()));
        child.onMessage(messages::add);
        String one = next().as(String.class);
        String other = next().as(String.class);
        assertThat(List.of(one, other))
                .allMatch(flag -> flag.startsWith(debugger))
                .doesNotContain(debugger + port);
        assertThat(one).isNotEqualTo(other);
        assertThat(exit(child)).isEqualTo(new ExitStatus.Exited(0));
    }

    /** Reports what two children say of their debuggers. */
    static final class ForksTwo {
        private ForksTwo() {}

        public static void main(String[] arguments) {
            for (int count = 0; count < 2; count++) {
                SpawnOptions options =
                        SpawnOptions.ofMain(TellsItsDebugger.class).stdio(Stdio.ignore());
                ChildProcess.fork(options).onMessage(message -> CurrentProcess.send(message.as(String.class)));
            }
        }
    }

    static final class TellsItsDebugger {
        private TellsItsDebugger() {}

        public static void main(String[] arguments) {
            CurrentProcess.execArgv().stream()
                    .filter(flag -> flag.contains("jdwp"))
                    .forEach(CurrentProcess::send);
        }
    }
}
