package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster that nothing befalls. */
@Tag("core")
class ServingIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static RunningCluster cluster;

    @BeforeAll
    static void startCluster() {
        // Whoever is suspect for a moment is passed over in its turn.
        cluster = CLUSTERS.start(
                aCluster().workers(3).setting("http.keepAlive", 70).setting("beat.suspect", 60_000));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 200, text/html; charset=utf-8, answered",
        "GET, /plaintext, 200, text/plain; charset=utf-8, Hello world",
        "GET, /info, 200, application/json, '\"served\":0'",
        "GET, /sleep?ms=50, 200, text/plain; charset=utf-8, slept 50 ms",
        "GET, /stream?seconds=1, 200, text/plain; charset=utf-8, line 10 of 10",
        "POST, /block?ms=10, 200, text/plain; charset=utf-8, blocked 10 ms",
        "POST, /echo, 200, application/x-www-form-urlencoded, ball",
        "GET, /nothing, 404, text/plain; charset=utf-8, nothing here",
        "GET, /echo, 405, text/plain; charset=utf-8, POST",
        "GET, /sleep?ms=soon, 400, text/plain; charset=utf-8, soon"
    })
    void everyEndpointAnswersCurl(String method, String target, int status, String type, String part) {
        String answer = method.equals("POST") ? curl(target, "--data", "ball") : curl(target);
        assertThat(answer).contains(part).endsWith("\n" + status + " " + type);
    }

    private static String curl(String target, String... more) {
        String[] command = {"curl", "-sS", "--max-time", "20", "-w", "\\n%{http_code} %{content_type}", url(target)};
        return Tool.run(Stream.of(command, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private static String url(String target) {
        return "http://127.0.0.1:" + cluster.port() + target;
    }

    @Test
    void aConnectionIsKeptAndCounted() throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            Set<Long> pids = new HashSet<>();
            for (int served = 0; served < 5; served++) {
                Answer info = client.get("/info");
                assertThat(info.text()).contains("\"served\":" + served);
                pids.add(info.pid());
            }
            assertThat(pids).hasSize(1);
        }
    }

    @Test
    void howLongAConnectionIsKeptIsTheOperators() throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            assertThat(client.get("/plaintext").header("Keep-Alive")).isEqualTo("timeout=70");
        }
    }

    @Test
    void aStreamIsChunkedAndWhole() throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            Answer answer = client.get("/stream?seconds=1");
            assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(answer.text().lines()).hasSize(10);
        }
    }

    @Test
    void roundRobinIsStrict() throws Exception {
        int port = cluster.port();
        Map<Long, Integer> connections = new ConcurrentHashMap<>();
        IntStream.range(0, 10_000).forEach(i -> connections.merge(whoTakes(port), 1, Integer::sum));
        assertThat(connections).hasSize(3);
        int fewest = Collections.min(connections.values());
        assertThat(Collections.max(connections.values()))
                .as("the most connections of one worker: %s", connections)
                .isLessThanOrEqualTo(fewest + 1);
    }

    private static long whoTakes(int port) {
        try (StrictConnection client = StrictConnection.to(port)) {
            return client.askWho();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyAnswerSaysWhoGaveItAndHowManyTheConnectionHasHad() throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            List<String> targets =
                    List.of("/", "/plaintext", "/info", "/sleep?ms=1", "/stream?seconds=0", "/nothing", "/echo");
            for (String target : targets) {
                Answer answer = client.get(target);
                assertThat(answer.header("Handoff-Served")).as(target).isEqualTo("" + targets.indexOf(target));
                assertThat(answer.header("Handoff-Generation")).as(target).isEqualTo("1");
                assertThat(answer.worker()).as(target).isPositive();
            }
        }
    }

    @Test
    void whoSendsTooMuchReadsThatItIsTooMuch() throws IOException {
        sendTooMuch(100);
    }

    @Test
    @Tag("long")
    void aThousandWhoSendTooMuchReadThatItIsTooMuch() throws IOException {
        sendTooMuch(1_000);
        LongRuns.note("R6", "413 with an unread body, the client stops at its first write error", 1_000, 0);
    }

    private static void sendTooMuch(int clients) throws IOException {
        byte[] piece = new byte[64 * 1024];
        for (int i = 0; i < clients; i++) {
            try (StrictConnection client = StrictConnection.to(cluster.port())) {
                client.sendPostHead("/echo", 8L * 1024 * 1024);
                sendUntilItFails(client, piece, 128);
                assertThat(client.answer().status()).isEqualTo(413);
            }
        }
    }

    private static void sendUntilItFails(StrictConnection client, byte[] piece, int times) throws IOException {
        try {
            for (int i = 0; i < times; i++) {
                client.send(piece);
            }
        } catch (SocketException theServerReadsNoMore) {
            assertThat(theServerReadsNoMore).hasMessageMatching("Broken pipe|Connection reset.*");
        }
    }

    @Test
    void flagsOfTheMasterReachTheWorkers() {
        assertThat(cluster.workers())
                .allSatisfy(worker -> assertThat(Processes.commandLine(worker)).contains("-Xmx48m"));
    }

    @Test
    void onlyTheMasterListensInRoundRobin() {
        assertThat(cluster.workers()).hasSize(3).noneMatch(cluster::isListening);
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() {
        try (Load load = Load.on(cluster.port()).with(2, Behaviour.PIPELINED)) {
            await("load").until(() -> load.answered() >= 300);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    /** As hardened machines have it: from there no native code can be loaded. */
    @Test
    @Tag("slow")
    void servesWithADirectoryForTemporaryFilesThatIsMountedNoexec() throws IOException {
        String mounts = "for word; do case $word in -Djava.io.tmpdir=*)"
                + " mount -t tmpfs -o noexec tmpfs \"${word#-Djava.io.tmpdir=}\" || exit 99;; esac; done; exec \"$@\"";
        RunningCluster cluster = CLUSTERS.start(aCluster().behind(List.of("unshare", "-rm", "sh", "-c", mounts, "sh")));
        assertThat(cluster.output().text()).contains("is mounted noexec: native code is unpacked in");
        assertThat(cluster.workers()).contains(cluster.whoAnswers());
        assertThat(cluster.stop()).isZero();
    }

    @Test
    void underTheSharedPolicyWorkersTakeTheirConnectionsThemselvesAndARollAndAStopLoseNothing() {
        RunningCluster shared = CLUSTERS.start(aCluster().policy("shared"));
        assertThat(shared.workers()).hasSize(2).allMatch(shared::isListening);
        assertTheyNeedNoMaster(shared);
        losesNothing(shared, Load.on(shared.port()), shared::roll);
        assertThat(shared.workers()).hasSize(2).allMatch(shared::isListening);
        losesNothing(shared, Load.on(shared.port()).untilRefused(), shared::stop);
    }

    private static void losesNothing(RunningCluster shared, Load load, Runnable event) {
        try (load) {
            load.with(4, Behaviour.NEW)
                    .with(4, Behaviour.KEEP_ALIVE)
                    .with(4, Behaviour.SLOW_POST)
                    .with(4, Behaviour.SILENT_THEN_SEND);
            await("load").until(() -> load.answered() >= 300);
            event.run();
            LoadAssert.assertThat(load.stop(), shared).lostNothing();
        }
    }

    private static void assertTheyNeedNoMaster(RunningCluster shared) {
        RunningCluster.freeze(shared.master());
        for (int i = 0; i < 20; i++) {
            assertThat(shared.workers()).contains(shared.whoAnswers());
        }
        shared.signal(Signal.CONT);
    }
}
