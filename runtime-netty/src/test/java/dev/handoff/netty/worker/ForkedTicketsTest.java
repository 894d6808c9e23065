package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkedWorker;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who resumes whose TLS sessions among workers that the program has forked. */
@Timeout(150)
class ForkedTicketsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final ForkingCluster cluster = Cluster.master();

    private static SpawnOptions program(String... jvmArgs) {
        return SpawnOptions.ofMain(ForkedTicketProgram.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .jvmArgs(jvmArgs)
                .stderr(Stdio.inherit());
    }

    @AfterEach
    void endWorkers() {
        cluster.workers().values().forEach(worker -> worker.kill(Signal.KILL));
        cluster.disconnect().join();
    }

    /** Gives where they listen, when each does. */
    private int fork(int workers) {
        List<Integer> ports = new CopyOnWriteArrayList<>();
        cluster.setupMaster(settings -> program());
        for (int count = 0; count < workers; count++) {
            cluster.fork().onListening(address -> ports.add(address.port()));
        }
        await().until(() -> ports.size() == workers);
        assertThat(ports).containsOnly(ports.get(0));
        return ports.get(0);
    }

    @Test
    @NodeTest("test-tls-ticket-cluster.js")
    void workersAndASuccessorResumeEachOthersSessions() throws Exception {
        TicketClient older = TicketClient.speaking("TLSv1.2");
        TicketClient newer = TicketClient.speaking("TLSv1.3");
        int port = fork(2);
        int[] ids = ids();
        assertThat(older.visit(port).resumed()).isFalse();
        assertThat(newer.visit(port).resumed()).isFalse();
        older.resumesAtEach(port, ids);
        newer.resumesAtEach(port, ids);
        List<ForkedWorker> old = List.copyOf(cluster.workers().values()).stream()
                .map(ForkedWorker.class::cast)
                .toList();
        assertThat(fork(1)).isEqualTo(port);
        old.forEach(ForkedWorker::disconnect);
        await().until(() -> cluster.workers().size() == 1);
        newer.resumesAtEach(port, ids());
    }

    private int[] ids() {
        return cluster.workers().keySet().stream().mapToInt(id -> id).toArray();
    }

    @Test
    @Tag("slow")
    void newSecretsReachRunningWorkersAndOldOnesGo() throws Exception {
        TicketClient early = TicketClient.speaking("TLSv1.3");
        TicketClient regular = TicketClient.speaking("TLSv1.3");
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (ChildProcess master = ChildProcess.spawn(program("-Dhandoff.tls.ticketRotation=2"))) {
            master.stdout().onLine(lines::add);
            int port = awaitPort(lines);
            assertThat(awaitPort(lines)).isEqualTo(port);
            early.visit(port);
            regular.visit(port);
            awaitRenewals(lines, 1);
            assertThat(regular.visit(port).resumed()).isTrue();
            assertThat(regular.visit(port).resumed()).isTrue();
            // The workers had all the time of the fourth to hear of the third.
            awaitRenewals(lines, 4);
            assertThat(early.visit(port).resumed()).isFalse();
        }
    }

    private static int awaitPort(BlockingQueue<String> lines) throws InterruptedException {
        String line = next(lines);
        return line.equals("tickets.renewed") ? awaitPort(lines) : Integer.parseInt(line);
    }

    private static void awaitRenewals(BlockingQueue<String> lines, int more) throws InterruptedException {
        lines.clear();
        for (int count = 0; count < more; count++) {
            assertThat(next(lines)).isEqualTo("tickets.renewed");
        }
    }

    private static String next(BlockingQueue<String> lines) throws InterruptedException {
        return Objects.requireNonNull(lines.poll(SOON.toSeconds(), TimeUnit.SECONDS), "no further line");
    }
}
