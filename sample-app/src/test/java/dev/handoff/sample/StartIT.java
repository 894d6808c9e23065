package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.handoff.sample.programs.ExitsAtOnce;
import dev.handoff.sample.programs.ThrowsInStart;
import dev.handoff.sample.programs.Vanishing;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Jars;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.unix.LowPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clusters that cannot start: the code says how, a sentence says why, and nothing is left. */
class StartIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final int WRONG_OPTION = 2;
    private static final int NO_WORKER_READY = 10;
    private static final int CANNOT_LISTEN = 11;

    @Test
    void helpListsTheOptions() {
        RunningCluster help = CLUSTERS.launch(aCluster().option("--help", ""));
        assertThat(help.awaitExit()).isZero();
        CLUSTERS.end(help);
        assertThat(help.output().text()).contains("--port", "--host", "--workers", "--policy");
    }

    @ParameterizedTest
    @CsvSource({"--prot, 80, --prot", "--workers, many, many", "--policy, random, random"})
    void aWrongOptionIsNamed(String option, String value, String named) {
        assertThat(sayingWhy(aCluster().option(option, value), WRONG_OPTION))
                .hasSize(1)
                .first()
                .asString()
                .contains(named);
    }

    @Test
    void aWrongSettingOfTheOperatorsIsNamed() {
        assertThat(sayingWhy(aCluster().setting("drain.limit", "soon"), WRONG_OPTION))
                .hasSize(1)
                .first()
                .asString()
                .contains("handoff.drain.limit", "soon");
    }

    @Test
    @Tag("core")
    void aPortInUseIsToldInOneSentence() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            int port = taken.getLocalPort();
            assertThat(sayingWhy(aCluster().port(port), CANNOT_LISTEN))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains(Integer.toString(port), "in use");
        }
    }

    @Test
    @Tag("core")
    void aPortThatThisUserMayNotHaveIsToldInOneSentence() throws IOException {
        int port = LowPort.highest();
        assumeThat(port).as("a port that takes a privilege").isPositive();
        assertThat(sayingWhy(aCluster().port(port).behind(LowPort.withoutPrivilege()), CANNOT_LISTEN))
                .hasSize(1)
                .first()
                .asString()
                .contains(":" + port, "CAP_NET_BIND_SERVICE");
    }

    @Test
    void anAddressOfAnotherMachineIsToldInOneSentence() {
        assertThat(sayingWhy(aCluster().option("--host", "192.0.2.1"), CANNOT_LISTEN))
                .hasSize(1)
                .first()
                .asString()
                .contains("192.0.2.1");
    }

    @Test
    void aHandlerThatThrowsInStartEndsTheStartWithItsLastWords() {
        assertThat(sayingWhy(aCluster().main(ThrowsInStart.class), NO_WORKER_READY))
                .anyMatch(line -> line.contains("the database is not there"));
    }

    @Test
    void aWorkerThatExitsAtOnceEndsTheStartWithItsLastWords() {
        assertThat(sayingWhy(aCluster().main(ExitsAtOnce.class), NO_WORKER_READY))
                .anyMatch(line -> line.contains("the licence has run out"));
    }

    @Test
    void aMainClassThatIsNotThereEndsTheStartWithTheJvmsWords(@TempDir Path directory) throws IOException {
        Path jar = Jars.of(directory.resolve("vanishing.jar"), Vanishing.class, "");
        ClusterBuilder cluster = aCluster().main(Vanishing.class.getName(), List.of(jar, ClusterBuilder.app()), jar);
        assertThat(sayingWhy(cluster, NO_WORKER_READY)).anyMatch(line -> line.contains("Vanishing"));
        assertThat(Files.exists(jar)).isFalse();
    }

    /** Starts what cannot, and gives what it said. */
    private static List<String> sayingWhy(ClusterBuilder hopeless, int exitCode) {
        RunningCluster cluster = CLUSTERS.launch(hopeless);
        cluster.expectErrors();
        assertThat(cluster.awaitExit())
                .as("the exit code of%n%s", cluster.output().text())
                .isEqualTo(exitCode);
        CLUSTERS.end(cluster);
        return cluster.output().text().lines().toList();
    }
}
