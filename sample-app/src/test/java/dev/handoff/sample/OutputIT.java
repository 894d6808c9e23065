package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.programs.Talkative;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that the master prints holds up what serves. */
class OutputIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    /** A pipe that is full already, and open for reading so that writing to it does not fail. */
    private static final String FULL_PIPE = "mkfifo pipe; exec 3<>pipe; head -c 65536 /dev/zero >&3; exec \"$@\" ";

    private static ClusterBuilder printingTo(String redirection) {
        return aCluster().behind(List.of("sh", "-c", redirection, "sh"));
    }

    /** As a terminal after Ctrl-S, and a log collector that hangs. */
    @Test
    void anOutputThatNothingReadsHoldsUpNothing() {
        supervisesAndObeys(printingTo(FULL_PIPE + ">&3 2>&3"));
    }

    /** As Log4j 2 and java.util.logging keep it, and a file on a disk that hangs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Dorg.slf4j.simpleLogger.cacheOutputStream=true",
                "-Dorg.slf4j.simpleLogger.logFile=pipe",
            })
    void aLoggingFrameworkThatWaitsHoldsUpNothing(String option) {
        supervisesAndObeys(printingTo(FULL_PIPE + "2>&3").java(option));
    }

    /** A full disk; a reader that has gone; nothing at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec \"$@\" >/dev/full 2>/dev/full",
                "mkfifo pipe; exec 3<>pipe 4>pipe; exec 3<&-; exec \"$@\" >&4 2>&4",
                "exec \"$@\" >&- 2>&-"
            })
    @Tag("slow")
    void anOutputThatFailsHoldsUpNothing(String redirected) {
        supervisesAndObeys(printingTo(redirected));
    }

    private static void supervisesAndObeys(ClusterBuilder builder) {
        RunningCluster cluster = CLUSTERS.start(builder.setting("beat.hard", 3600));
        long suspended = cluster.aWorker();
        RunningCluster.freeze(suspended);
        await("clients are kept from the frozen worker")
                .until(() -> IntStream.range(0, 4).allMatch(i -> answersSoon(cluster)));
        RunningCluster.send(suspended, Signal.CONT);
        cluster.awaitReady();
        assertThat(cluster.workers()).contains(suspended);
        cluster.kill(suspended);
        cluster.awaitReplaced(Set.of(suspended), 2);
        cluster.roll();
        cluster.awaitReady();
        assertThat(cluster.stop()).isZero();
    }

    /** A client of the frozen worker's would wait until that goes on. */
    private static boolean answersSoon(RunningCluster cluster) {
        try {
            URL info =
                    URI.create("http://127.0.0.1:" + cluster.port() + "/info").toURL();
            HttpURLConnection client = (HttpURLConnection) info.openConnection();
            client.setReadTimeout(1000);
            int status = client.getResponseCode();
            client.disconnect();
            return status == 200;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** There the kernel sends TTOU to what writes: an order for one worker less, were it obeyed. */
    @Test
    void inTheBackgroundOfATerminalItPrintsAndKeepsItsWorkers() {
        RunningCluster cluster = CLUSTERS.start(aCluster().inTheBackground());
        cluster.roll();
        cluster.awaitReady();
        assertThat(cluster.workers()).hasSize(2);
        assertThat(cluster.stop()).isZero();
    }

    @Test
    void whatWaitedComesOnceItIsReadAgain() throws IOException {
        RunningCluster cluster = CLUSTERS.start(printingTo(FULL_PIPE + "2>&3").workers(1));
        for (int i = 0; i < 3; i++) {
            cluster.roll();
            cluster.awaitReady();
        }
        List<String> lines = new ArrayList<>();
        try (BufferedReader pipe = Files.newBufferedReader(cluster.file("pipe"))) {
            cluster.signal(Signal.TERM);
            for (String line = pipe.readLine(); line != null; line = pipe.readLine()) {
                lines.add(line);
            }
        }
        assertThat(cluster.awaitExit()).isZero();
        assertThat(lines).anyMatch(line -> line.contains("worker 4 ") && line.contains("→ EXITED"));
        assertThat(lines.stream().filter(line -> line.contains("→ READY"))).hasSize(4);
        assertThat(lines).noneMatch(line -> line.contains("lines of output dropped"));
    }

    /** In the order in which it was printed, and to the end. */
    @ParameterizedTest
    @CsvSource({"return, 0", "exit, 7"})
    void whatTheProgramPrintsComesInOrderAndToTheEnd(String end, int code) {
        RunningCluster cluster = CLUSTERS.launch(aCluster().workers(1).main(Talkative.class, end));
        assertThat(cluster.awaitExit()).isEqualTo(code);
        CLUSTERS.end(cluster);
        List<String> expected = new ArrayList<>(List.of("before"));
        IntStream.range(0, 1000).forEach(line -> expected.add("serving " + line));
        if (end.equals("return")) {
            IntStream.range(0, 1000).forEach(line -> expected.add("stopped " + line));
        }
        expected.add("hook");
        assertThat(cluster.output()
                        .text()
                        .lines()
                        .filter(line -> line.matches("(before|serving \\d+|stopped \\d+|hook)")))
                .containsExactlyElementsOf(expected);
    }
}
