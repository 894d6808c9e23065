package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.client.ChatClient;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat: open WebSockets of every worker, and what becomes of them. */
class ChatIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final int DRAIN_SECONDS = 6;
    private static final int SPREAD_SECONDS = 15;
    private static final int SPREAD_CLIENTS = 300;
    private static final long SECOND_NANOS = 1_000_000_000;

    private static RunningCluster cluster;

    private final List<ChatClient> clients = new ArrayList<>();

    @BeforeAll
    static void startCluster() {
        // Whoever is suspect for a moment is passed over in its turn.
        cluster = CLUSTERS.start(
                aCluster().workers(2).setting("drain.limit", DRAIN_SECONDS).setting("beat.suspect", 60_000));
    }

    @AfterEach
    void leave() {
        clients.forEach(ChatClient::close);
    }

    @Test
    @Tag("core")
    void everyMessageReachesTheClientsOfEveryWorker() {
        join(4);
        assertThat(workers()).as("clients of both").hasSize(2);
        Set<String> said = new HashSet<>();
        for (ChatClient client : clients) {
            for (int i = 0; i < 10; i++) {
                String line = client.worker() + " says " + i + " as " + clients.indexOf(client);
                said.add(line);
                client.say(line);
            }
        }
        for (ChatClient client : clients) {
            await("all that was said").until(() -> client.lines().containsAll(said));
            assertThat(client.lines()).as("each once, behind the greeting").hasSize(1 + said.size());
        }
    }

    @Test
    @Tag("core")
    void clientsOfAReplacedWorkerAreToldAndComeBackToItsSuccessor() {
        join(20);
        Set<Integer> before = workers();
        cluster.roll();
        assertThat(clients).allSatisfy(client -> assertThat(client.closed()).isCompletedWithValue(1012));
        clients.clear();
        join(2);
        assertThat(workers()).doesNotContainAnyElementsOf(before);
        clients.get(0).say("here again");
        await("it is heard").until(() -> clients.get(1).lines().contains("here again"));
        assertThat(cluster.output().text()).doesNotContain("the drain limit is over");
    }

    /** Who is told to go comes back somewhere: all at once they would be a load of their own. The quick tier has FarewellsTest. */
    @Test
    @Tag("long")
    void clientsOfAReplacedWorkerAreToldOneAfterTheOther() {
        RunningCluster one = CLUSTERS.start(aCluster().workers(1).setting("drain.limit", SPREAD_SECONDS * 4 / 3));
        for (int i = 0; i < SPREAD_CLIENTS; i++) {
            clients.add(ChatClient.joining(one.port()));
        }
        one.roll();
        long[] times =
                clients.stream().mapToLong(ChatClient::closedNanos).sorted().toArray();
        long most = LongStream.of(times)
                .map(begin -> LongStream.of(times)
                        .filter(time -> time >= begin && time - begin < SECOND_NANOS)
                        .count())
                .max()
                .orElseThrow();
        assertThat(clients).allSatisfy(client -> assertThat(client.closed()).isCompletedWithValue(1012));
        assertThat(most).as("told within one second").isLessThanOrEqualTo(2 * SPREAD_CLIENTS / SPREAD_SECONDS);
        LongRuns.note(
                "R10",
                "WebSockets told 1012, " + most + " at most in one second of " + SPREAD_SECONDS,
                times.length,
                0);
    }

    @Test
    @Tag("slow")
    void clientThatDoesNotCloseIsCutAtTheDrainLimitAndCounted() throws IOException {
        RunningCluster own = CLUSTERS.start(aCluster().workers(1).setting("drain.limit", 1));
        try (Socket deaf = new Socket(InetAddress.getLoopbackAddress(), own.port())) {
            deaf.getOutputStream().write("""
                    GET /chat HTTP/1.1\r
                    Host: localhost\r
                    Upgrade: websocket\r
                    Connection: Upgrade\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r
                    """.getBytes(US_ASCII));
            assertThat(new String(deaf.getInputStream().readNBytes(12), US_ASCII))
                    .isEqualTo("HTTP/1.1 101");
            own.roll();
            await("it is told")
                    .until(() -> own.output()
                            .text()
                            .contains("cut what was left, 1 connections, with 1 requests in progress"));
        }
    }

    @Test
    void curlReadsThePageWithItsScript() {
        assertThat(Tool.run("curl", "-sS", "--fail", "http://127.0.0.1:" + cluster.port() + "/chat"))
                .contains("<script>", "new WebSocket(");
    }

    /** Round robin gives every other one to every other worker. */
    private void join(int count) {
        for (int i = 0; i < count; i++) {
            ChatClient client = ChatClient.joining(cluster.port());
            clients.add(client);
            await("a greeting").until(() -> client.worker() > 0);
        }
        CompletableFuture<?>[] ends = clients.stream().map(ChatClient::closed).toArray(CompletableFuture<?>[]::new);
        assertThat(CompletableFuture.anyOf(ends)).as("all are in").isNotDone();
    }

    private Set<Integer> workers() {
        Set<Integer> workers = new HashSet<>();
        clients.forEach(client -> workers.add(client.worker()));
        return workers;
    }
}
