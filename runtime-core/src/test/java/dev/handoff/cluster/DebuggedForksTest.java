package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The debuggers of workers. */
@Timeout(90)
@Tag("slow")
class DebuggedForksTest extends WithForks {
    private static final String DEBUGGER = "-agentlib:jdwp=transport=dt_socket,server=y,";

    /** Forks as many workers as its first argument says, with the flags that follow; each prints its id and its debugger's flag. */
    static final class Debugged {
        private Debugged() {}

        public static void main(String[] arguments) {
            if (Cluster.isWorker()) {
                CurrentProcess.execArgv().stream()
                        .filter(flag -> flag.contains("jdwp"))
                        .forEach(flag ->
                                System.out.println("worker " + Cluster.worker().id() + " " + flag));
                Cluster.worker().disconnect();
                return;
            }
            ForkingCluster cluster = Cluster.master();
            cluster.setupMaster(settings -> settings.jvmArgs(Arrays.copyOfRange(arguments, 1, arguments.length)));
            for (int count = Integer.parseInt(arguments[0]); count > 0; count--) {
                cluster.fork();
            }
        }
    }

    /** What the workers print, by their ids: a JVM whose debugger cannot listen prints nothing. */
    private static List<String> flagsOfWorkers(String mastersFlag, String... arguments) {
        String printed = ChildProcess.execFileSync(SpawnOptions.ofMain(Debugged.class, arguments)
                        .jvmArgs("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", mastersFlag)
                        .stderr(Stdio.inherit()))
                .stdout();
        Matcher worker = Pattern.compile("worker (\\d+) (\\S+)\n").matcher(printed);
        TreeMap<Integer, String> flags = new TreeMap<>();
        while (worker.find()) {
            flags.put(Integer.parseInt(worker.group(1)), worker.group(2));
        }
        return List.copyOf(flags.values());
    }

    /* Below the ports that the kernel gives to clients: one of theirs could be the next that a worker is to have. */
    private static int freePort() {
        return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(15_000, 30_000))
                .filter(port -> IntStream.rangeClosed(port, port + 4).allMatch(DebuggedForksTest::isFree))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:", "localhost:", "*:", ""})
    @NodeTest("test-cluster-debug-port.js")
    @NodeTest("test-cluster-inspector-debug-port.js")
    @NodeTest("test-inspector-port-cluster.js")
    void thePortsCountUpFromTheMastersHoweverItIsWritten(String host) throws Exception {
        int base = freePort();
        String flag = DEBUGGER + "suspend=n,address=" + host;
        List<String> flags = flagsOfWorkers(flag + base, "3");
        assertThat(flags).hasSize(3).allMatch(each -> each.startsWith(flag));
        assertThat(flags.stream().map(DebuggedForksTest::debuggersPort).toList())
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(port -> port > base);
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int debuggersPort(String flag) {
        return Integer.parseInt(flag.replaceFirst(".*\\D", ""));
    }

    @Test
    @NodeTest("test-inspector-cluster-port-clash.js")
    void aPortThatIsTakenIsPassedOver() throws Exception {
        int base = freePort();
        try (ServerSocket taken = new ServerSocket(base + 1, 1, InetAddress.getLoopbackAddress())) {
            List<String> flags = flagsOfWorkers(DEBUGGER + "suspend=n,address=127.0.0.1:" + base, "2");
            assertThat(flags).hasSize(2).allMatch(flag -> debuggersPort(flag) > taken.getLocalPort());
        }
    }

    @Test
    @NodeTest("test-inspector-port-zero-cluster.js")
    void anyPortStaysAnyPort() {
        String any = DEBUGGER + "suspend=n,address=127.0.0.1:0";
        assertThat(flagsOfWorkers(any, "2")).containsExactly(any, any);
    }

    @Test
    @NodeTest("test-cluster-inspect-port-manual.js")
    void aPortThatWasSaidForTheWorkersIsKept() throws Exception {
        String own = DEBUGGER + "suspend=n,address=127.0.0.1:" + freePort();
        assertThat(flagsOfWorkers(DEBUGGER + "suspend=n,address=127.0.0.1:0", "1", own))
                .containsExactly(own);
    }

    /** An inherited one does not suspend: see {@link dev.handoff.jvm.DebuggerFlag}. */
    @Test
    @NodeTest("test-cluster-inspect-brk.js")
    void aDebuggerThatSuspendsHoldsUpTheWorkerAndTermEndsIt() {
        cluster.setupMaster(settings -> SpawnOptions.ofMain(ObedientWorker.class)
                .jvmArgs("-Xmx32m", DEBUGGER + "suspend=y,address=127.0.0.1:0")
                .stderr(Stdio.inherit()));
        ForkedWorker worker = fork();
        note(worker);
        worker.process().stdout().onLine(line -> events.add(line.replaceFirst(" for transport.*", "")));
        awaitEvent("Listening");
        worker.destroy();
        awaitGone(worker);
        awaitEvent("exit signal TERM");
        assertThat(worker.exitStatus()).contains(new ExitStatus.Signaled(Signal.TERM));
        assertThat(events).doesNotContain("online");
    }
}
