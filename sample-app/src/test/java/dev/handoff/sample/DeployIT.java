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
import java.util.Set;
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
        Path jar = build(directory, "one");
        RunningCluster cluster = start(jar);
        assertThat(version(cluster)).isEqualTo("one");
        try (Load load = mixedLoad(cluster)) {
            await("load").until(() -> load.answered() >= 300);
            build(directory, "two");
            cluster.roll();
            assertThat(version(cluster)).isEqualTo("two");
            assertThat(version(cluster)).isEqualTo("two");
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    @Test
    @Tag("slow")
    void aBadBuildUnderLoadIsNeverLetInAndTheOldOneServesUntilAGoodOneComes(@TempDir Path directory)
            throws IOException {
        RunningCluster cluster = start(build(directory, "good"));
        // What the bad builds say when they end.
        cluster.expectErrors();
        Set<Long> old = cluster.workers();
        try (Load load = mixedLoad(cluster)) {
            await("load").until(() -> load.answered() >= 300);
            for (String bad : List.of(Versioned.THROWS_IN_START, Versioned.DIES_OF_A_REQUEST)) {
                build(directory, bad);
                cluster.signal(Signal.HUP);
                await(bad + " is tried").until(() -> Files.exists(cluster.file(bad)));
                await(bad + " is given up").until(() -> cluster.workers().equals(old));
                assertThat(version(cluster)).isEqualTo("good");
            }
            build(directory, "better");
            cluster.roll();
            assertThat(version(cluster)).isEqualTo("better");
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    /** Puts a build in place by renaming, over the one that is there. */
    private static Path build(Path directory, String version) throws IOException {
        Path next = Jars.of(directory.resolve("next.jar"), Versioned.class, version);
        return Files.move(next, directory.resolve("app.jar"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static RunningCluster start(Path jar) {
        return CLUSTERS.start(aCluster().main(Versioned.class.getName(), List.of(jar, ClusterBuilder.app())));
    }

    private static Load mixedLoad(RunningCluster cluster) {
        return Load.on(cluster.port())
                .with(4, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(4, Behaviour.SILENT_THEN_SEND)
                .with(4, Behaviour.IDLE_THEN_SEND)
                .with(4, Behaviour.HALF_HEAD);
    }

    private static String version(RunningCluster cluster) throws IOException {
        try (StrictConnection client = StrictConnection.to(cluster.port())) {
            return client.get("/version").text();
        }
    }

    @Test
    @Tag("slow")
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
