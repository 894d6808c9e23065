package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.programs.TcpEcho;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A program that builds its own pipelines. */
@Tag("core")
class RawHandlerIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    void connectionsEndWithTheirClientsAndNoneHoldsUpARoll() throws IOException {
        RunningCluster cluster = CLUSTERS.launch(aCluster().main(TcpEcho.class, "serving"));
        cluster.expectErrors();
        await("it serves").until(() -> Files.exists(cluster.file("serving")));
        echo(cluster.port());
        long before = sockets(cluster);
        for (int i = 0; i < 20; i++) {
            echo(cluster.port());
        }
        await("the workers have no more sockets than before").until(() -> sockets(cluster) <= before);
        cluster.roll();
        echo(cluster.port());
        assertThat(cluster.stop()).isZero();
        assertThat(cluster.output().text())
                .contains("thrown by the test", "DRAINING → EXITED: drained")
                .doesNotContain("the drain limit is over", "cannot start");
    }

    private static void echo(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("hello");
        }
    }

    private static long sockets(RunningCluster cluster) {
        return cluster.workers().stream()
                .flatMap(pid -> Processes.descriptors(pid).stream())
                .filter(target -> target.startsWith("socket:"))
                .count();
    }
}
