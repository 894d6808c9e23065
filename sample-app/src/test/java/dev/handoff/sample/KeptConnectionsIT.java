package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Answer;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Open connections go on through a roll: the same TCP connection, another worker. */
@Tag("core")
class KeptConnectionsIT {
    private static final int QUICK = 300;
    private static final int LONG = 10_000;

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static RunningCluster cluster;
    private final List<StrictConnection> clients = new ArrayList<>();

    @BeforeAll
    static void startCluster() {
        // One that is suspect is given nothing for a while, and some tests need a client with each.
        cluster = CLUSTERS.start(aCluster().workers(2).setting("beat.suspect", 60_000));
    }

    @AfterEach
    void closeClients() throws IOException {
        for (StrictConnection client : clients) {
            client.close();
        }
    }

    private List<StrictConnection> connect(int count) throws IOException {
        for (int index = 0; index < count; index++) {
            clients.add(StrictConnection.to(cluster.port()));
        }
        return clients;
    }

    /** By a worker that is there now, on a connection that has served so many requests and is not about to end. */
    private void allMustAnswer(int served) throws IOException {
        Set<Long> workers = cluster.workers();
        for (StrictConnection client : clients) {
            Answer answer = client.get("/info");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.pid()).isIn(workers);
            assertThat(answer.header("Connection")).isNotEqualToIgnoringCase("close");
            assertThat(answer.text()).contains("\"served\":" + served);
        }
    }

    private static void note(String claim, String what, int connections) {
        LongRuns.note(claim, what + ", the same TCP connection", connections, 0);
    }

    // --- idle ones --------------------------------------------------------------------------------------------------

    @Test
    void idleOnesGoOn() throws IOException {
        idleOnesGoOn(QUICK, 2);
    }

    @Test
    @Tag("long")
    void tenThousandIdleOnesGoOn() throws IOException {
        idleOnesGoOn(LONG, 3);
        note("R3", "idle ones over 3 rolls", LONG);
    }

    private void idleOnesGoOn(int count, int rolls) throws IOException {
        connect(count);
        allMustAnswer(0);
        for (int roll = 1; roll <= rolls; roll++) {
            cluster.roll();
            allMustAnswer(roll);
        }
    }

    // --- silent ones ------------------------------------------------------------------------------------------------

    @Test
    void silentOnesAreServed() throws IOException {
        silentOnesAreServed(QUICK);
    }

    @Test
    @Tag("long")
    void tenThousandSilentOnesAreServed() throws IOException {
        silentOnesAreServed(LONG);
        note("R2", "silent ones over 2 rolls", LONG);
    }

    private void silentOnesAreServed(int count) throws IOException {
        connect(count);
        cluster.roll();
        cluster.roll();
        allMustAnswer(0);
    }

    // --- those in the middle of something ---------------------------------------------------------------------------

    @Test
    void halfHeadsAreFinished() throws IOException {
        halfHeadsAreFinished(100);
    }

    @Test
    @Tag("long")
    void aThousandHalfHeadsAreFinished() throws IOException {
        halfHeadsAreFinished(1_000);
        note("R4", "half a head", 1_000);
    }

    private void halfHeadsAreFinished(int count) throws IOException {
        for (StrictConnection client : connect(count)) {
            client.send("GET /info HTTP/1.1\r\nHost: str");
        }
        cluster.roll();
        Set<Long> workers = cluster.workers();
        for (StrictConnection client : clients) {
            client.send("ict\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.pid()).isIn(workers);
        }
    }

    @Test
    void halfBodiesAreServedByTheWorkerThatHasThem() throws IOException {
        halfBodiesAreServedByTheWorkerThatHasThem(50);
    }

    @Test
    @Tag("long")
    void aThousandHalfBodiesAreServedByTheWorkerThatHasThem() throws IOException {
        halfBodiesAreServedByTheWorkerThatHasThem(1_000);
        note("R4", "half a body", 1_000);
    }

    private void halfBodiesAreServedByTheWorkerThatHasThem(int count) throws IOException {
        List<Integer> workers = new ArrayList<>();
        for (StrictConnection client : connect(count)) {
            // In one breath: one that is at rest between them may be moved to the other worker.
            client.send("GET /plaintext HTTP/1.1\r\nHost: strict\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: strict\r\nContent-Length: 10\r\n\r\nfirst");
            workers.add(client.answer().worker());
        }
        Set<Long> old = cluster.workers();
        cluster.signal(Signal.HUP);
        // As many as will leave have successors, and leave now; none can before its bodies have come.
        await("successors of " + old).until(() -> cluster.workers().size() == 2 * old.size());
        for (int index = 0; index < count; index++) {
            clients.get(index).send("other");
            Answer answer = clients.get(index).answer();
            assertThat(answer.text()).isEqualTo("firstother");
            assertThat(answer.worker()).isEqualTo(workers.get(index));
        }
        cluster.awaitReplaced(old, 2);
    }

    /** Answered by the worker that has it, without an end of the connection; what was pipelined goes on with it. */
    @Test
    void oneWithARequestInProgressGoesBehindItsResponse() throws IOException {
        Set<Long> old = cluster.workers();
        try (StrictConnection one = StrictConnection.to(cluster.port());
                StrictConnection other = StrictConnection.to(cluster.port())) {
            assertThat(Set.of(one.askWho(), other.askWho())).isEqualTo(old);
            for (StrictConnection client : connect(20)) {
                client.sendPostHead("/echo", 10);
                client.send("first");
            }
            cluster.signal(Signal.HUP);
            // Whoever has been handed on shows that its worker knows that it leaves.
            for (StrictConnection idle : List.of(one, other)) {
                await("an idle connection goes on").until(() -> !old.contains(idle.askWho()));
            }
        }
        for (StrictConnection client : clients) {
            client.send("otherGET /info HTTP/1.1\r\nHost: strict\r\n\r\nGET /info HTTP/1.1\r\nHo");
            Answer echoed = client.answer();
            assertThat(echoed.text()).isEqualTo("firstother");
            assertThat(echoed.header("Connection")).isNotEqualToIgnoringCase("close");
            assertThat(client.answer().pid()).isNotIn(old);
            client.send("st: strict\r\n\r\n");
            assertThat(client.answer().text()).contains("\"served\":2");
        }
        cluster.awaitReplaced(old, 2);
    }

    // --- with nobody to go to ---------------------------------------------------------------------------------------

    /** The only worker leaves, and its successor is not there for a minute: what it would hand back it gets back, and serves. */
    @Test
    void whatNobodyElseCanTakeIsServedByTheWorkerThatLeaves() throws IOException {
        RunningCluster alone = CLUSTERS.start(aCluster()
                .tellingEvents()
                .workers(1)
                .setting("restart.goodAfter", 3600)
                .setting("restart.backoff", 60_000)
                .setting("restart.backoffMax", 60_000)
                .setting("drain.idleMin", 60_000));
        long worker = alone.aWorker();
        try (StrictConnection silent = StrictConnection.to(alone.port());
                StrictConnection idle = StrictConnection.to(alone.port())) {
            // Who came before it is with the worker as well, then.
            assertThat(idle.get("/info").pid()).isEqualTo(worker);
            RunningCluster.send(worker, Signal.TERM);
            for (StrictConnection client : List.of(idle, silent)) {
                // Each event loop hears of the drain by its own lane. Until then it answers as before.
                await("the last answer of the worker that leaves").until(() -> {
                    Answer answer = client.get("/info");
                    assertThat(answer.pid()).isEqualTo(worker);
                    return answer.header("Connection").equalsIgnoreCase("close");
                });
            }
        }
    }
}
