package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.programs.ManyListeners;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many places to listen on. */
@Tag("core")
class ListenersIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    void ipv4AndIpv6AndAUnixSocketAreServedEachByItsHandler() throws IOException {
        RunningCluster cluster = CLUSTERS.launch(aCluster().main(ManyListeners.class, "addresses", "socket"));
        Path file = cluster.file("addresses");
        await("the server listens").until(() -> Files.exists(file));
        List<String> addresses = Files.readAllLines(file);
        assertThat(addresses).hasSize(4);
        assertEachAnswers(cluster, addresses);
        cluster.roll();
        assertEachAnswers(cluster, addresses);
        assertThat(cluster.stop()).isZero();
        assertThat(cluster.file("socket")).doesNotExist();
    }

    private static void assertEachAnswers(RunningCluster cluster, List<String> addresses) {
        assertThat(curl("http://" + addresses.get(0) + "/")).isEqualTo("first");
        assertThat(curl("http://" + addresses.get(1) + "/")).isEqualTo("first");
        String socket = cluster.file("socket").toString();
        assertThat(curl("--unix-socket", socket, "http://localhost/")).isEqualTo("first");
        String port = addresses.get(3).substring(addresses.get(3).lastIndexOf(':') + 1);
        assertThat(curl("http://127.0.0.1:" + port + "/")).isEqualTo("second");
        assertThat(curl("http://[::1]:" + port + "/")).isEqualTo("second");
    }

    private static String curl(String... where) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "-g"));
        command.addAll(List.of(where));
        return Tool.run(command.toArray(String[]::new));
    }
}
