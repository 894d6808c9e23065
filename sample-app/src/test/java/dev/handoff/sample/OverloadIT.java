package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More comes than there is room for. */
class OverloadIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private final List<StrictConnection> clients = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (StrictConnection client : clients) {
            client.close();
        }
    }

    private StrictConnection connect(RunningCluster cluster) throws IOException {
        StrictConnection client = StrictConnection.to(cluster.port());
        clients.add(client);
        return client;
    }

    // --- connections ------------------------------------------------------------------------------------------------

    @Test
    @Tag("core")
    void whoFindsAllWorkersFullIsToldSoOrServedWhenAnotherLeaves() throws IOException {
        RunningCluster cluster =
                CLUSTERS.start(aCluster().setting("maxConnections", 1).setting("queue.wait", 3));
        StrictConnection leaving = connect(cluster);
        StrictConnection staying = connect(cluster);
        assertThat(Set.of(leaving.askWho(), staying.askWho())).hasSize(2);

        Answer answer = connect(cluster).get("/plaintext");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.header("Connection")).isEqualTo("close");

        StrictConnection waiting = connect(cluster);
        waiting.sendGet("/plaintext");
        leaving.close();
        assertThat(waiting.answer().text()).isEqualTo("Hello world\n");
    }

    // --- descriptors ------------------------------------------------------------------------------------------------

    @Test
    @Tag("core")
    void everyProcessRaisesItsLimitOfOpenFiles() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().behind(List.of("prlimit", "--nofile=300:4000")));
        List<Long> all = new ArrayList<>(cluster.workers());
        all.add(cluster.master());
        for (long pid : all) {
            assertThat(Files.readString(Path.of("/proc", Long.toString(pid), "limits")))
                    .containsPattern("Max open files +4000 +4000 ");
        }
    }

    private static void limitDescriptors(long pid, int more) {
        int most = Processes.descriptors(pid).size() + more;
        Tool.run("prlimit", "--pid", Long.toString(pid), "--nofile=" + most + ":");
    }

    /** Of 100 clients it has room for 40, all with workers that are stopped; it replaces one of these all the same. */
    @Test
    @Tag("core")
    void aMasterWithoutDescriptorsStartsWorkersAndServesEverybodyInTheEnd() throws IOException {
        // Whoever is suspect gets nothing, and nobody else is there.
        RunningCluster cluster = CLUSTERS.start(aCluster().setting("beat.suspect", 60_000));
        cluster.expectErrors();
        long began = System.nanoTime();
        int open = cluster.descriptorsOfTheMaster().size();
        Set<Long> stopped = cluster.workers();
        // What one of them took up before would die with it.
        stopped.forEach(RunningCluster::freeze);
        limitDescriptors(cluster.master(), 40);
        for (int count = 0; count < 100; count++) {
            connect(cluster).sendGet("/info");
        }
        await("the master is short of descriptors")
                .until(() -> cluster.output().text().contains("new connections wait in the kernel"));

        long victim = stopped.iterator().next();
        cluster.kill(victim);
        await("worker " + victim + " is replaced")
                .until(() -> cluster.workers().stream().anyMatch(worker -> !stopped.contains(worker)));
        stopped.stream().filter(worker -> worker != victim).forEach(worker -> RunningCluster.send(worker, Signal.CONT));
        for (StrictConnection client : clients) {
            assertThat(client.answer().status()).isEqualTo(200);
        }
        leave();
        await("the master has as many descriptors as before")
                .untilAsserted(() ->
                        assertThat(Processes.descriptors(cluster.master())).hasSize(open));
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        assertThat(cluster.output().text().lines().filter(line -> line.contains("waits in the kernel")))
                .as("a line a second")
                .hasSizeLessThanOrEqualTo((int) seconds + 1);
    }

    @Test
    @Tag("core")
    void aWorkerWithoutDescriptorsLeavesItsConnectionsToOthersAndTakesSomeAgainLater() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster());
        Set<Long> workers = cluster.workers();
        limitDescriptors(cluster.aWorker(), 10);
        for (int count = 0; count < 60; count++) {
            assertThat(connect(cluster).get("/info").status()).isEqualTo(200);
        }
        awaitWord(cluster, "no descriptor is free: this worker refuses connections");
        leave();
        cluster.awaitReady();
        assertThat(cluster.workers()).isEqualTo(workers);
    }

    // --- slow clients -----------------------------------------------------------------------------------------------

    /** One that is slow to say its body, one that is slow to read. */
    @Test
    @Tag("core")
    void slowClientsAreCutAtTheDrainLimitAndCounted() throws IOException {
        RunningCluster cluster =
                CLUSTERS.start(aCluster().tellingEvents().workers(1).setting("drain.limit", 2));
        StrictConnection saying = connect(cluster);
        saying.sendPostHead("/echo", 100);
        saying.send("slow");
        connect(cluster).sendGet("/stream?seconds=3600");
        assertThat(connect(cluster).get("/plaintext").status())
                .as("one that has come behind both")
                .isEqualTo(200);
        cluster.roll();
        saying.mustBreak();
        await("the roll tells what it has cut")
                .until(() -> cluster.events().stream()
                        .filter(event -> event.name().equals("roll.drained"))
                        .anyMatch(event -> event.cause().startsWith("2 connections, with 2 requests in progress")));
    }

    /** What a process prints takes its time until it is read. */
    private static void awaitWord(RunningCluster cluster, String word) {
        await("the words: " + word).until(() -> cluster.output().text().contains(word));
    }
}
