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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that come later get their share of the connections that are there already. */
@Tag("core")
class BalanceIT {
    private static final int CONNECTIONS = 1_000;
    private static final double MOST_ABOVE_MEAN = 1.2;

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    void idleConnectionsMoveToNewWorkers() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(2));
        List<StrictConnection> clients = new ArrayList<>();
        for (int index = 0; index < CONNECTIONS; index++) {
            clients.add(StrictConnection.to(cluster.port()));
        }
        assertThat(whoServes(clients)).hasSize(2);
        cluster.scaleTo(3, Signal.TTIN);
        cluster.scaleTo(4, Signal.TTIN);
        long scaled = System.nanoTime();
        await("an even share for each of four").until(() -> isEven(whoServes(clients), 4));
        Duration took = Duration.ofNanos(System.nanoTime() - scaled);
        System.out.println("S3: even " + took.toMillis() + " ms after the fourth worker was ready");
        LongRuns.note("S3", "idle ones moved to new workers, from 2 to 4", CONNECTIONS, 0);
        for (StrictConnection client : clients) {
            client.close();
        }
    }

    private static boolean isEven(Map<Long, Integer> served, int workers) {
        return served.size() == workers
                && served.values().stream().allMatch(count -> count <= MOST_ABOVE_MEAN * CONNECTIONS / workers);
    }

    /** Each on the connection that it has had all the time. */
    private static Map<Long, Integer> whoServes(List<StrictConnection> clients) throws IOException {
        Map<Long, Integer> served = new TreeMap<>();
        for (StrictConnection client : clients) {
            Answer answer = client.get("/info");
            assertThat(answer.header("Connection")).isNotEqualToIgnoringCase("close");
            served.merge(answer.pid(), 1, Integer::sum);
        }
        return served;
    }
}
