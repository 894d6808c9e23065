package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who gets the next connection, where it is not simply the next in turn. */
@Tag("slow")
class PoliciesIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    /** A worker whose connections have ended gets all that come until it has as many as the other. */
    @Test
    void theWorkerWithTheFewestConnectionsGetsTheNext() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster()
                .workers(2)
                .policy("least-connections")
                .setting("balance", "off")
                .setting("beat.suspect", 60_000));
        Map<Long, List<StrictConnection>> byWorker = new HashMap<>();
        connect(cluster, 20, byWorker);
        long lighter = cluster.aWorker();
        long heavier = byWorker.keySet().stream()
                .filter(worker -> worker != lighter)
                .findFirst()
                .orElseThrow();
        assertThat(byWorker.values()).allSatisfy(clients -> assertThat(clients).hasSize(10));
        closeAllOf(lighter, byWorker);
        connectUntilTheEndsAreKnown(cluster, lighter);
        connect(cluster, 9, byWorker);
        assertThat(byWorker).containsOnlyKeys(heavier, lighter);
        assertThat(byWorker.get(lighter)).hasSize(9);
        closeAllOf(heavier, byWorker);
        closeAllOf(lighter, byWorker);
    }

    private static void closeAllOf(long worker, Map<Long, List<StrictConnection>> byWorker) throws IOException {
        for (StrictConnection client : Objects.requireNonNull(byWorker.remove(worker))) {
            client.close();
        }
    }

    private static void connect(RunningCluster cluster, int count, Map<Long, List<StrictConnection>> byWorker)
            throws IOException {
        for (int index = 0; index < count; index++) {
            StrictConnection client = StrictConnection.to(cluster.port());
            byWorker.computeIfAbsent(client.askWho(), pid -> new ArrayList<>()).add(client);
        }
    }

    /** Each of ten ends reaches the worker in its own time; a connection that closes again changes nothing. */
    private static void connectUntilTheEndsAreKnown(RunningCluster cluster, long lighter) {
        await("ten connections in a row at the lighter worker").until(() -> {
            for (int index = 0; index < 10; index++) {
                try (StrictConnection client = StrictConnection.to(cluster.port())) {
                    if (client.askWho() != lighter) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    @Test
    void aClientsAddressHasTheSameSlotAfterARoll() throws IOException {
        RunningCluster cluster = CLUSTERS.launch(aCluster().workers(3).policy("consistent-hash"));
        cluster.awaitListening();
        await("three workers").until(() -> cluster.workers().size() == 3);
        // Only one of them answers this client; behind a roll all of them are ready.
        cluster.roll();
        String before = slots(cluster);
        cluster.roll();
        assertThat(slots(cluster)).isEqualTo(before);
    }

    /** The slots of several connections, all from the same address. */
    private static String slots(RunningCluster cluster) throws IOException {
        List<String> slots = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            try (StrictConnection client = StrictConnection.to(cluster.port())) {
                slots.add(client.get("/info")
                        .text()
                        .replaceAll(".*\"slot\":(\\d+).*", "$1")
                        .strip());
            }
        }
        assertThat(slots).containsOnly(slots.get(0));
        return slots.get(0);
    }
}
