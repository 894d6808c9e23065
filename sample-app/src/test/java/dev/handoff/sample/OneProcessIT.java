package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.ManyListeners;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code workers = 0}: one process, which signals end as they end a cluster. */
class OneProcessIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @ParameterizedTest
    @EnumSource(names = {"INT", "TERM"})
    void aSignalIsAGracefulStop(Signal signal) throws IOException {
        RunningCluster server = listening();
        try (StrictConnection busy = StrictConnection.to(server.port())) {
            busy.sendGet("/sleep?ms=1500");
            server.signal(signal);
            assertThat(busy.answer().text()).isEqualTo("slept 1500 ms\n");
        }
        assertThat(server.awaitExit()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"INT", "TERM"})
    void aSecondSignalStopsAtOnce(Signal signal) throws IOException {
        RunningCluster server = listening();
        try (StrictConnection busy = StrictConnection.to(server.port())) {
            busy.sendGet("/sleep?ms=3600000");
            server.signal(signal);
            await("the server listens no more").until(() -> !server.isListening());
            server.signalUntilItEnds(signal);
            busy.mustBreak();
        }
        assertThat(server.awaitExit()).isEqualTo(128 + signal.number());
    }

    @Test
    void aKilledOneLeavesAFileThatTheNextReplaces() throws IOException {
        RunningCluster killed = manyListeners("socket");
        Path socket = killed.file("socket");
        killed.signal(Signal.KILL);
        killed.awaitExit();
        assertThat(socket).exists();
        RunningCluster next = manyListeners(socket);
        assertThat(Tool.run("curl", "-sS", "--max-time", "20", "--unix-socket", socket.toString(), "http://localhost/"))
                .isEqualTo("first");
        assertThat(next.stop()).isZero();
        assertThat(socket).doesNotExist();
    }

    private static RunningCluster listening() {
        RunningCluster server = CLUSTERS.launch(aCluster().workers(0));
        server.awaitListening();
        return server;
    }

    private static RunningCluster manyListeners(Object socket) {
        RunningCluster server = CLUSTERS.launch(aCluster().workers(0).main(ManyListeners.class, "addresses", socket));
        await("the server listens").until(() -> Files.exists(server.file("addresses")));
        return server;
    }
}
