package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;

import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.rig.Certificate;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Workers are replaced under connections of HTTP/2, which announce their end: no stream is lost. */
class Http2RollIT {
    /** Time for the announcements to be spread over, and no more. */
    private static final String DRAIN = "8s";

    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    @Tag("slow")
    void noStreamIsLostInACleartextRoll() {
        RunningCluster cluster = start(aCluster());
        rollUnderLoad(cluster, Load.on(cluster.port()), "HTTP/2 in cleartext", 1, 1_000);
    }

    @Test
    @Tag("core")
    void noStreamIsLostInARollOverTls(@TempDir Path directory) throws IOException {
        rollOverTls(directory, 1, 1_000);
    }

    @Test
    @Tag("long")
    void norInAHundred(@TempDir Path directory) throws IOException {
        rollOverTls(directory, 100, 1_000_000);
    }

    private static void rollOverTls(Path directory, int rolls, long requests) throws IOException {
        Certificate certificate = Certificate.in(directory);
        RunningCluster cluster = start(aCluster().overTls(certificate));
        rollUnderLoad(cluster, Load.on(cluster.port(), certificate.client()), "HTTP/2 over TLS", rolls, requests);
    }

    private static RunningCluster start(ClusterBuilder cluster) {
        return CLUSTERS.start(cluster.setting("drain.limit", DRAIN));
    }

    private static void rollUnderLoad(RunningCluster cluster, Load load, String what, int rolls, long requests) {
        try (load) {
            load.with(2, Behaviour.HTTP_2).with(2, Behaviour.HTTP_2_TO_THE_LAST);
            await("the clients are at work").until(() -> load.answered() > 0);
            for (int roll = 0; roll < rolls; roll++) {
                cluster.roll();
            }
            await(requests + " answers").atMost(Duration.ofHours(2)).until(() -> load.answered() >= requests);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
            LongRuns.note("R7", what + ": " + rolls + " rolls, streams in progress on each connection", load);
        }
    }
}
