package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.programs.Watched;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every worker is replaced, and no client notices. */
class RollIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static RunningCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = CLUSTERS.start(aCluster().workers(2));
    }

    @Test
    @Tag("core")
    void rollUnderMixedLoadLosesNothing() {
        rollUnderMixedLoad(3, 20_000);
    }

    @Test
    @Tag("long")
    void ahundredRollsUnderMixedLoadLoseNothing() {
        rollUnderMixedLoad(100, 1_000_000);
    }

    private static void rollUnderMixedLoad(int rolls, long requests) {
        try (Load load = Load.on(cluster.port())
                .with(4, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(4, Behaviour.PIPELINED)
                .with(8, Behaviour.SLOW_POST)
                .with(4, Behaviour.HALF_BODY)
                .with(8, Behaviour.SILENT_THEN_SEND)
                .with(8, Behaviour.IDLE_THEN_SEND)
                .with(4, Behaviour.HALF_HEAD)
                .with(2, Behaviour.EARLY_CLOSE)
                .with(1, Behaviour.WEB_SOCKET)) {
            for (int i = 0; i < rolls; i++) {
                cluster.roll();
            }
            await(requests + " answers").atMost(Duration.ofHours(1)).until(() -> load.answered() >= requests);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
            LongRuns.note("R1", rolls + " rolls under a mixed load", load);
        }
    }

    @Test
    @Tag("slow")
    void wrkSeesNoErrorWhileWorkersAreReplaced() {
        for (String connection : new String[] {"keep-alive", "close"}) {
            // What takes 2 s it would call an error: a machine may be busy for as long.
            Tool wrk = Tool.start(
                    "wrk",
                    "-t1",
                    "-c16",
                    "-d100s",
                    "--timeout",
                    "60s",
                    "-H",
                    "Connection: " + connection,
                    url(cluster, "/plaintext"));
            cluster.roll();
            assertThat(wrk.interrupt()).contains("requests in").doesNotContain("Socket errors", "Non-2xx");
        }
    }

    @Test
    @Tag("slow")
    void nodesKeepAliveAgentSeesNoErrorWhileWorkersAreReplaced() throws Exception {
        Tool node = Tool.start("node", script().toString(), Integer.toString(cluster.port()));
        cluster.roll();
        cluster.roll();
        node.process().getOutputStream().close();
        assertThat(node.finish()).contains("\"failed\":0").doesNotContain("\"answered\":0");
    }

    private static Path script() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(RollIT.class.getResource("keep-alive.js"))
                .toURI());
    }

    @Test
    void curlSeesNoErrorWhileWorkersAreReplaced() {
        Tool curl = Tool.start(
                "curl",
                "-sS",
                "--fail",
                "--rate",
                "100/s",
                "--max-time",
                "20",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}\\n",
                url(cluster, "/plaintext?[1-400]"));
        cluster.roll();
        assertThat(curl.finish().lines()).hasSize(400).containsOnly("200");
    }

    @Test
    @Tag("slow")
    void aRollKeepsTheNumberOfReadyWorkers() throws IOException {
        RunningCluster watched = CLUSTERS.start(aCluster().workers(3).main(Watched.class, "extremes", 3));
        Path extremes = watched.file("extremes");
        await("the watcher has seen all ready").until(() -> Files.exists(extremes));
        watched.roll();
        await("the watcher has seen three workers end")
                .until(() -> Files.readString(extremes).endsWith(" 3"));
        assertThat(Files.readString(extremes))
                .as("the fewest and the most ready workers, and how many have ended")
                .isEqualTo("3 4 3");
    }

    private static String url(RunningCluster cluster, String target) {
        return "http://127.0.0.1:" + cluster.port() + target;
    }
}
