package dev.handoff.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Output;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that fork themselves: each is started as a user would start it. */
@Timeout(90)
class ClusterExamplesTest {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<ExitStatus> end = new CompletableFuture<>();
    private ChildProcess program = ChildProcess.spawn("true");

    private static SpawnOptions small(Class<?> main) {
        return SpawnOptions.ofMain(main).jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    private void start(Class<?> main) {
        program = ChildProcess.spawn(small(main).stderr(Stdio.inherit()));
        program.stdout().onLine(lines::add);
        program.onClose(end::complete);
    }

    private String line() throws InterruptedException {
        return Objects.requireNonNull(lines.poll(30, TimeUnit.SECONDS), "no further line within 30 s");
    }

    /** Its workers end with it. */
    @AfterEach
    void endProgram() {
        program.close();
    }

    @Test
    void aFailingWorkerIsReplacedBeforeItLeavesAndNobodyIsRefused() throws Exception {
        start(Graceful.class);
        String listens = line();
        assertThat(listens).startsWith("worker 1 listens on port ");
        int port = Integer.parseInt(listens.substring(listens.lastIndexOf(' ') + 1));
        assertThat(say(port, "hello")).isEqualTo("worker 1 at work");
        try (Socket busy = connect(port)) {
            assertThat(say(port, "fail")).isEmpty();
            assertThat(line()).isEqualTo("worker 2 listens on port " + port);
            assertThat(say(port, "hello")).isEqualTo("worker 2 at work");
            assertThat(answer(busy, "hello")).isIn("worker 1 at work", "worker 2 at work");
        }
        assertThat(line()).isEqualTo("worker 1 has left: exit code 0");
    }

    private static Socket connect(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        return client;
    }

    private static String say(int port, String what) throws IOException {
        try (Socket client = connect(port)) {
            return answer(client, what);
        }
    }

    private static String answer(Socket client, String what) throws IOException {
        client.getOutputStream().write((what + "\n").getBytes(StandardCharsets.UTF_8));
        String line =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)).readLine();
        return line == null ? "" : line;
    }

    @Test
    void theGuardianForksOnceForEachWorkerGone() throws Exception {
        start(Guardian.class);
        String first = line();
        assertThat(first).startsWith("forked worker 1, pid ");
        CurrentProcess.kill(Long.parseLong(first.substring(first.lastIndexOf(' ') + 1)), Signal.KILL);
        assertThat(line()).startsWith("forked worker 2, pid ");
        program.kill(Signal.TERM);
        assertThat(end.join()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(lines).isEmpty();
    }

    @Test
    void whatTheMasterSaysComesBack() {
        Output output = ChildProcess.spawnSync(small(Ipc.class));
        assertThat(output.stdout()).isEqualTo("msg: hi there from worker#1\n");
        assertThat(output.status()).isEqualTo(new ExitStatus.Exited(0));
    }
}
