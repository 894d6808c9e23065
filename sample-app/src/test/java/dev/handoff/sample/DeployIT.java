package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.Versioned;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Jars;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** New code under a running master. */
@Tag("core")
class DeployIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    @Test
    void aJarReplacedByRenameUnderLoadIsWhatNewWorkersRunAndNothingIsLost(@TempDir Path directory) throws IOException {
        Path jar = Jars.of(directory.resolve("app.jar"), Versioned.class, "one");
        List<Path> classPath = List.of(jar, ClusterBuilder.app());
        RunningCluster cluster = CLUSTERS.start(aCluster().main(Versioned.class.getName(), classPath));
        assertThat(version(cluster)).isEqualTo("one");
        Path next = Jars.of(directory.resolve("next.jar"), Versioned.class, "two");
        try (Load load = Load.on(cluster.port())
                .with(4, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(4, Behaviour.SILENT_THEN_SEND)
                .with(4, Behaviour.IDLE_THEN_SEND)
                .with(4, Behaviour.HALF_HEAD)) {
            await("load").until(() -> load.answered() >= 300);
            Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
            cluster.roll();
            assertThat(version(cluster)).isEqualTo("two");
            assertThat(version(cluster)).isEqualTo("two");
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    private static String version(RunningCluster cluster) throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            return client.get("/version").text();
        }
    }

    @Test
    void theMasterOutlivesItsJarOverwrittenInPlace(@TempDir Path directory) throws IOException {
        Path jar = Files.copy(ClusterBuilder.app(), directory.resolve("app.jar"));
        RunningCluster cluster = CLUSTERS.start(aCluster().jar(jar));
        // The workers' own fate is not promised: they may miss a class that they have not loaded yet.
        cluster.expectErrors();
        Jars.writeOver(jar, ClusterBuilder.app());
        cluster.roll();
        try (Load load = Load.on(cluster.port()).with(2, Behaviour.NEW)) {
            cluster.roll();
            cluster.scaleTo(3, Signal.TTIN);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
        assertThat(cluster.stop()).isZero();
    }
}
