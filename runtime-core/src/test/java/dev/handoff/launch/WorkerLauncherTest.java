package dev.handoff.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.child.ChildHandle;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.ExitStatus.Exited;
import dev.handoff.process.ExitStatus.Signaled;
import dev.handoff.process.Signal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WorkerLauncherTest {
    private static final String SAY_SO_AND_WAIT = "echo up; exec sleep 60";

    private final List<WorkerProcess> started = new ArrayList<>();
    private final WorkerLauncher launcher = new WorkerLauncher(WorkerLauncherTest::killByShell);

    @AfterEach
    void leaveNothingRunning() {
        started.forEach(process -> process.child().signal(Signal.KILL));
        for (WorkerProcess process : started) {
            process.child().onExit().join();
            process.stdout().close();
            process.stderr().close();
        }
    }

    @Test
    void exitCodeIsReported() throws Exception {
        assertThat(end(shell("exit 7"))).isEqualTo(new Exited(7));
    }

    @Test
    void anEndWithoutWordsIsReportedToALateListener() throws Exception {
        ChildHandle child = shell("exit 0");
        end(child);
        assertThat(child.onExit().thenApply(ExitStatus::isSuccess)).isCompletedWithValue(true);
        assertThat(child.isAlive()).isFalse();
        assertThat(child.signal(Signal.NONE)).isFalse();
        assertThat(child.signal(Signal.USR1)).isFalse();
    }

    @Test
    void deathByKillIsASignal() throws Exception {
        ChildHandle child = shell(SAY_SO_AND_WAIT);
        assertThat(child.signal(Signal.NONE)).isTrue();
        assertThat(child.signal(Signal.KILL)).isTrue();
        assertThat(end(child)).isEqualTo(new Signaled(Signal.KILL));
    }

    @Test
    void lastWordsAfterTermAreHeard() throws Exception {
        WorkerProcess process =
                launch(launcher, spec("trap 'echo goodbye; exit 3' TERM; echo up; while :; do sleep 0.05; done"));
        BufferedReader output = reader(process);
        assertThat(output.readLine()).isEqualTo("up");
        ChildHandle child = process.child();
        child.signal(Signal.TERM);
        assertThat(output.readLine()).isEqualTo("goodbye");
        assertThat(end(child)).isEqualTo(new Exited(3));
    }

    @Test
    void otherSignalsGoByTheSender() throws Exception {
        WorkerProcess process = launch(launcher, spec(SAY_SO_AND_WAIT));
        assertThat(reader(process).readLine()).isEqualTo("up");
        ChildHandle child = process.child();
        child.signal(Signal.USR1);
        assertThat(end(child)).isEqualTo(new Signaled(Signal.USR1));
    }

    @Test
    void aRefusedSignalNamesSignalAndProcess() throws Exception {
        ChildHandle child = start(new WorkerLauncher(WorkerLauncherTest::refuse), spec("exec sleep 60"));
        assertThatThrownBy(() -> child.signal(Signal.HUP))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot send HUP to pid " + child.pid() + ": EPERM");
    }

    @Test
    void whatTheGenerationSaysWinsOverOurOwnEnvironment(@TempDir Path directory) throws Exception {
        LaunchSpec spec = new LaunchSpec(
                1,
                List.of("/bin/sh", "-c", "echo \"$HOME $PATH $A\"; pwd -P"),
                Optional.of(directory),
                Map.of("A", "generation", "PATH", "/bin"));
        BufferedReader output = reader(launch(launcher, spec));
        assertThat(output.readLine()).isEqualTo(System.getenv("HOME") + " /bin generation");
        assertThat(output.readLine()).isEqualTo(directory.toRealPath().toString());
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed(@TempDir Path directory) {
        Path gone = directory.resolve("current");
        LaunchSpec spec = new LaunchSpec(3, List.of("/bin/sh", "-c", "exit"), Optional.of(gone), Map.of());
        assertThatThrownBy(() -> launch(launcher, spec))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot start worker 3: its working directory " + gone + " is not there;");
    }

    @Test
    void aWorkerGetsWhatTheMasterHasPutIntoItsEnvironment() throws Exception {
        CurrentProcess.env().put("HANDOFF_TEST_LIVE", "seen");
        try {
            assertThat(reader("echo \"$HANDOFF_TEST_LIVE\"").readLine()).isEqualTo("seen");
        } finally {
            CurrentProcess.env().remove("HANDOFF_TEST_LIVE");
        }
    }

    @Test
    void standardInputIsEmptyAndNoDescriptorIsInherited() throws Exception {
        BufferedReader output = reader("wc -c; exec ls -m /proc/self/fd");
        assertThat(output.readLine()).isEqualTo("0");
        assertThat(output.readLine())
                .as("the last one is the directory that ls itself has opened")
                .isEqualTo("0, 1, 2, 3");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        LaunchSpec spec = new LaunchSpec(4, List.of("/nowhere/bin/java", "Main"), Optional.empty(), Map.of());
        assertThatThrownBy(() -> launcher.launch(spec))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot start worker 4: ")
                .hasMessageContaining("/nowhere/bin/java")
                .hasMessageContaining("No such file");
    }

    @Test
    void plainForkIsChosenBeforeTheFirstSpawn() {
        assertThat(System.getProperty("jdk.lang.Process.launchMechanism")).isEqualTo("FORK");
    }

    private ChildHandle shell(String script) throws IOException {
        return start(launcher, spec(script));
    }

    private ChildHandle start(WorkerLauncher with, LaunchSpec spec) throws IOException {
        return launch(with, spec).child();
    }

    private WorkerProcess launch(WorkerLauncher with, LaunchSpec spec) throws IOException {
        WorkerProcess process = with.launch(spec);
        started.add(process);
        return process;
    }

    private static LaunchSpec spec(String script) {
        return new LaunchSpec(1, List.of("/bin/sh", "-c", script), Optional.empty(), Map.of());
    }

    private static ExitStatus end(ChildHandle child) throws Exception {
        return child.onExit().get(20, TimeUnit.SECONDS);
    }

    private BufferedReader reader(String script) throws IOException {
        return reader(launch(launcher, spec(script)));
    }

    private static BufferedReader reader(WorkerProcess process) {
        return new BufferedReader(Channels.newReader(process.stdout(), UTF_8));
    }

    static void killByShell(long pid, int number) throws IOException {
        try {
            new ProcessBuilder("/bin/kill", "-" + number, Long.toString(pid))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void refuse(long pid, int number) throws IOException {
        throw new IOException("EPERM");
    }
}
