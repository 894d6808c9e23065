package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.sample.rig.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The sample in an image of its own, as {@code jpackage} makes it, with a JDK of the modules that the README names. */
@Tag("slow")
class PackagedIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final String MODULES =
            "java.base,java.logging,java.management,java.naming,jdk.management,jdk.unsupported";
    private static final int WRONG_SETTING = 2;

    @Test
    void workersAreStartedByTheLauncherOfTheImagesOwnRuntime(@TempDir Path directory) throws IOException {
        Path launcher = packageSample(directory, "--strip-debug --no-man-pages --no-header-files");
        RunningCluster cluster = CLUSTERS.start(aCluster().launchedBy(launcher));
        cluster.roll();
        assertThat(cluster.workers()).hasSize(2).contains(cluster.whoAnswers());
        assertThat(cluster.workers())
                .allSatisfy(
                        worker -> assertThat(Path.of("/proc/" + worker + "/exe").toRealPath())
                                .startsWith(directory.toRealPath()));
        assertThat(cluster.stop()).isZero();

        Files.delete(launcher.resolveSibling("../lib/runtime/bin/java"));
        RunningCluster refused = CLUSTERS.launch(aCluster().launchedBy(launcher));
        assertThat(refused.awaitExit()).isEqualTo(WRONG_SETTING);
        CLUSTERS.end(refused);
        assertThat(refused.output().text()).contains("--jlink-options", "jvm.java");
    }

    private static Path packageSample(Path directory, String jlinkOptions) throws IOException {
        Path input = Files.createDirectory(directory.resolve("input"));
        Files.copy(ClusterBuilder.app(), input.resolve("app.jar"));
        Path jpackage = Path.of(System.getProperty("handoff.test.java"), "bin", "jpackage");
        Tool.run(
                jpackage.toString(),
                "--type",
                "app-image",
                "--name",
                "shop",
                "--input",
                input.toString(),
                "--main-jar",
                "app.jar",
                "--add-modules",
                MODULES,
                "--jlink-options",
                jlinkOptions,
                "--dest",
                directory.toString());
        return directory.resolve("shop/bin/shop");
    }
}
