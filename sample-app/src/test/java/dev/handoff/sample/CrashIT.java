package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.Hog;
import dev.handoff.sample.programs.Recording;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers end as nobody wished. */
class CrashIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final int CREDIT = 64;

    /** For those whose workers are killed from outside, which the logs take calmly. */
    private static RunningCluster shared;

    @BeforeAll
    static void startCluster() {
        // Connections that are moved between workers which stay could not be told from those that a killed one had.
        // A frozen one that is suspect before anybody comes would be given nothing.
        shared = CLUSTERS.start(aCluster().setting("balance", "off").setting("beat.suspect", 60_000));
    }

    @Test
    @Tag("slow")
    void crashedWorkerIsReplacedWhileTheOtherKeepsServing() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster());
        cluster.expectErrors();
        for (String how : List.of("exit", "throw", "halt", "oom")) {
            try (Load load = Load.on(cluster.port()).askingWho().with(2, Behaviour.KEEP_ALIVE)) {
                Set<Long> victim = Set.of(crash(cluster, how));
                cluster.awaitReplaced(victim, 2);
                LoadAssert.assertThat(load.stop(), cluster)
                        .refusedNobodyAndLeftNobodyHanging()
                        .cutOnlyBy(victim)
                        .cutAtMost(2);
            }
        }
    }

    private static long crash(RunningCluster cluster, String how) throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            long victim = client.askWho();
            client.sendPostHead("/crash?how=" + how, 0);
            client.mustBreak();
            return victim;
        }
    }

    @Test
    @Tag("core")
    void killedWorkerIsReplacedWhileOthersKeepServing() {
        killUnderLoad(4);
    }

    @Test
    @Tag("long")
    void ahundredKilledWorkersAreReplacedWhileOthersKeepServing() {
        killUnderLoad(100);
    }

    private static void killUnderLoad(int kills) {
        RunningCluster cluster = shared;
        Set<Long> victims = new HashSet<>();
        try (Load load = Load.on(cluster.port())
                        .askingWho()
                        .with(4, Behaviour.NEW)
                        .with(4, Behaviour.KEEP_ALIVE)
                        .with(4, Behaviour.SLOW_POST);
                Load silent = Load.on(cluster.port()).with(4, Behaviour.SILENT_THEN_SEND)) {
            for (int i = 0; i < kills; i++) {
                // In turns the one that has served alone meanwhile, and the one that is new.
                long victim = List.copyOf(cluster.workers()).get(i % 2);
                victims.add(victim);
                cluster.kill(victim);
                cluster.awaitReplaced(Set.of(victim), 2);
                // Before another kill makes a victim of who has survived this one.
                LoadAssert.assertThat(load, cluster).cutOnlyBy(victims);
            }
            LoadAssert.assertThat(load.stop(), cluster)
                    .refusedNobodyAndLeftNobodyHanging()
                    .cutOnlyBy(victims);
            // Each of the silent has one connection at a time, and does not know with whom.
            LoadAssert.assertThat(silent.stop(), cluster)
                    .refusedNobodyAndLeftNobodyHanging()
                    .cutAtMost(4L * kills);
            System.out.println("C1, C2: " + kills + " kills, " + load);
        }
    }

    /** The JVM's own exit is for its heap. */
    @Test
    @Tag("slow")
    void aWorkerWithoutMemoryOutsideTheHeapServesUntilItIsReplaced() throws IOException {
        RunningCluster cluster =
                CLUSTERS.start(aCluster().workers(1).main(Hog.class).java("-XX:MaxDirectMemorySize=48m"));
        cluster.expectErrors();
        Set<Long> before = cluster.workers();
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            assertThat(client.get("/hog").status()).isEqualTo(500);
        }
        cluster.awaitReplaced(before, 1);
        assertThat(cluster.output().text())
                .contains("has run out, and serves until a successor is ready")
                .doesNotContain("KILL");
    }

    /** As a log-out does with a user's runtime directory. */
    @Test
    @Tag("core")
    void workersAreReplacedThoughTheRuntimeDirectoryWasRemoved() throws IOException {
        RunningCluster cluster = shared;
        cluster.removeRuntimeDirectory();
        long victim = cluster.aWorker();
        cluster.kill(victim);
        cluster.awaitReplaced(Set.of(victim), 2);
    }

    /** HTTP/1.0 tells the end of a response by that of the connection. */
    @Test
    void responseOfAKilledWorkerDoesNotLookWhole() throws IOException {
        RunningCluster cluster = shared;
        Set<Long> before = cluster.workers();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), cluster.port())) {
            client.setSoTimeout(60_000);
            client.getOutputStream().write("GET /stream?seconds=3600 HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(200)).hasSize(200);
            before.forEach(cluster::kill);
            assertThatThrownBy(() -> client.getInputStream().readAllBytes()).hasMessageContaining("reset");
        }
        cluster.awaitReplaced(before, 2);
    }

    @Test
    @Tag("core")
    void whatAKilledWorkerNeverTookUpIsServedOnceByAnother() throws IOException {
        int clients = 150;
        // One that is suspect before anybody comes would be given nothing.
        RunningCluster cluster =
                CLUSTERS.start(aCluster().main(Recording.class, "records").setting("beat.suspect", 60_000));
        Path records = cluster.file("records");
        long frozen = cluster.aWorker();
        RunningCluster.freeze(frozen);
        List<StrictConnection> waiting = connectAndAskToBeRecorded(cluster.port(), clients);
        try {
            await("all but a credit of clients are served").until(() -> recorded(records) >= clients - CREDIT);
            assertThat(recorded(records))
                    .as("clients served beside the frozen worker")
                    .isLessThan(clients);
            cluster.kill(frozen);
            for (int id = 0; id < clients; id++) {
                assertThat(waiting.get(id).answer().text()).isEqualTo("recorded " + id + "\n");
            }
        } finally {
            close(waiting);
        }
        assertThat(Files.readAllLines(records))
                .as("each request reached a handler once")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, clients).mapToObj(Integer::toString).toList());
        cluster.awaitReplaced(Set.of(frozen), 2);
    }

    private static List<StrictConnection> connectAndAskToBeRecorded(int port, int count) throws IOException {
        List<StrictConnection> connections = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            StrictConnection connection = StrictConnection.to(port);
            connections.add(connection);
            connection.sendGet("/record?id=" + id);
        }
        return connections;
    }

    private static long recorded(Path records) throws IOException {
        return Files.exists(records) ? Files.readAllLines(records).size() : 0;
    }

    private static void close(Collection<StrictConnection> connections) throws IOException {
        for (StrictConnection connection : connections) {
            connection.close();
        }
    }

    @Test
    @Tag("core")
    void withAllWorkersDeadClientsWaitAndAreServed() throws IOException {
        RunningCluster cluster = shared;
        int port = cluster.port();
        Set<Long> dead = cluster.workers();
        List<StrictConnection> waiting = new ArrayList<>();
        try {
            dead.forEach(RunningCluster::freeze);
            connect(25, port, waiting);
            dead.forEach(cluster::kill);
            await("all workers are gone").until(() -> Collections.disjoint(cluster.workers(), dead));
            connect(25, port, waiting);
            for (StrictConnection client : waiting) {
                Answer answer = client.get("/plaintext");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("Hello world\n");
            }
        } finally {
            close(waiting);
        }
        cluster.awaitReady();
    }

    private static void connect(int count, int port, Collection<StrictConnection> to) throws IOException {
        for (int i = 0; i < count; i++) {
            to.add(StrictConnection.to(port));
        }
    }

    @Test
    void descriptorsAreNotLostInHandOffsAndDeaths() {
        handOverAndKill(2_000, 4);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void descriptorsAreNotLostInManyHandOffsAndDeaths() {
        handOverAndKill(100_000, 1_000);
        LongRuns.note("C4", "hand-offs, with 1,000 workers killed: descriptors are as before", 100_000, 0);
    }

    private static void handOverAndKill(int handOffs, int deaths) {
        RunningCluster cluster = shared;
        long survivor = cluster.aWorker();
        killTheOther(cluster, survivor);
        handOver(cluster, 100);
        List<String> ofMaster = kinds(cluster.descriptorsOfTheMaster());
        List<String> ofSurvivor = kinds(Processes.descriptors(survivor));
        for (int i = 0; i < deaths; i++) {
            handOver(cluster, handOffs / deaths);
            killTheOther(cluster, survivor);
        }
        await("the master has as many descriptors as at first")
                .untilAsserted(() -> assertThat(kinds(Processes.descriptors(cluster.master())))
                        .isEqualTo(ofMaster));
        await("the surviving worker has as many descriptors as at first")
                .untilAsserted(
                        () -> assertThat(kinds(Processes.descriptors(survivor))).isEqualTo(ofSurvivor));
    }

    private static void handOver(RunningCluster cluster, int connections) {
        try (Load load = Load.on(cluster.port()).with(2, Behaviour.NEW)) {
            await(connections + " hand-offs").until(() -> load.answered() >= connections);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    private static void killTheOther(RunningCluster cluster, long survivor) {
        Set<Long> others = cluster.workers();
        others.remove(survivor);
        others.forEach(cluster::kill);
        cluster.awaitReplaced(others, 2);
    }

    /** What the descriptors are, without the numbers of sockets and pipes. */
    private static List<String> kinds(List<String> descriptors) {
        return descriptors.stream()
                .map(target -> target.replaceAll("\\d{2,}", "N"))
                .sorted()
                .toList();
    }
}
