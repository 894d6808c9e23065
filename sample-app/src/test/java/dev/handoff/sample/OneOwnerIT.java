package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;

import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A connection has one owner. */
class OneOwnerIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    /** Another worker would take the rest of a body for a request. */
    @Test
    void whatAKilledWorkerHadBegunToReadEndsWithIt() throws IOException {
        // Long: a worker that acknowledges nothing is to stay in rotation until it has been seen what that leads to.
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1).setting("beat.suspect", 60_000));
        long victim = cluster.aWorker();
        List<StrictConnection> begun = new ArrayList<>();
        try {
            for (int count = 0; count < 10; count++) {
                StrictConnection client = StrictConnection.to(cluster.port());
                begun.add(client);
                client.askWho();
                client.sendPostHead("/echo", 10);
                client.send("half ");
            }
            cluster.kill(victim);
            cluster.awaitReplaced(Set.of(victim), 1);
            for (StrictConnection client : begun) {
                mustNotBeGoneOnWith(client);
            }
        } finally {
            for (StrictConnection client : begun) {
                client.close();
            }
        }
    }

    /** Sends what no server would take for the begin of a request, so that whoever else reads it answers at once. */
    private static void mustNotBeGoneOnWith(StrictConnection client) throws IOException {
        try {
            client.send(new byte[5]);
        } catch (SocketException broken) {
            return;
        }
        client.mustBreak();
    }
}
