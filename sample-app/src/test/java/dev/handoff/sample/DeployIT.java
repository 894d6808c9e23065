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

    @Test
    void aLinkThatIsSwitchedLeadsToWhatARollStartsAndTheOldBuildMayGo(@TempDir Path directory) throws IOException {
        Path current = directory.resolve("current");
        release(directory, "one");
        RunningCluster cluster = CLUSTERS.start(aCluster()
                .in(current)
                .main(Versioned.class.getName(), List.of(Path.of("app.jar"), ClusterBuilder.app())));
        assertThat(version(cluster)).isEqualTo("one");
        release(directory, "two");
        cluster.roll();
        assertThat(version(cluster)).isEqualTo("two");
        assertThat(cluster.output().text()).doesNotContain("the very files");
        cluster.roll();
        await("a roll without a new build is told")
                .until(() -> cluster.output()
                        .text()
                        .contains("it starts the very files that generation 2 runs, "
                                + directory.toRealPath().resolve("two/app.jar") + " first, unchanged"));

        // Between two releases there is a moment without any.
        cluster.expectErrors();
        Files.delete(current);
        Files.delete(directory.resolve("one/app.jar"));
        Files.delete(directory.resolve("one"));
        cluster.kill(cluster.aWorker());
        await("a worker cannot be started")
                .until(() -> cluster.output().text().contains("its working directory " + current + " is not there"));
        assertThat(version(cluster)).isEqualTo("two");
        release(directory, "three");
        cluster.awaitReady();
        await("the new worker runs what is there now")
                .until(() -> version(cluster).equals("three"));
    }

    /** Puts a build into a directory of its own, and lets a link lead there. */
    private static void release(Path directory, String version) throws IOException {
        Path release = Files.createDirectory(directory.resolve(version));
        Jars.of(release.resolve("app.jar"), Versioned.class, version);
        Path link = Files.createSymbolicLink(directory.resolve("next"), Path.of(version));
        Files.move(link, directory.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aBuildThatListensElsewhereIsRefusedForItsHandlersWouldServeTheWrongPorts(@TempDir Path directory)
            throws IOException {
        RunningCluster cluster = start(build(directory, "good"));
        cluster.expectErrors();
        Set<Long> old = cluster.workers();
        build(directory, Versioned.LISTENS_MORE);
        cluster.signal(Signal.HUP);
        await("it is tried").until(() -> Files.exists(cluster.file(Versioned.LISTENS_MORE)));
        await("it is given up").until(() -> cluster.workers().equals(old));
        assertThat(version(cluster)).isEqualTo("good");
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
