package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Patience;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masters with so few descriptors that they refuse to start, and with just enough to serve, to roll, and not to grow. */
class DescriptorBudgetIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final int TOO_LITTLE_ROOM = 14;
    private static final int FAR_TOO_FEW = 64;
    private static final Pattern NEEDED = Pattern.compile("may have (\\d+) descriptors open, and needs (\\d+)");

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 4"})
    @Tag("core")
    void aMasterSaysHowManyItNeedsAndServesAndRollsWithThose(int workers, int eventLoops) throws IOException {
        RunningCluster refusing = CLUSTERS.launch(cluster(workers, eventLoops, FAR_TOO_FEW));
        assertThat(refusing.awaitExit()).isEqualTo(TOO_LITTLE_ROOM);
        CLUSTERS.end(refusing);
        Matcher said = NEEDED.matcher(refusing.output().text());
        assertThat(said.find()).as(refusing.output().text()).isTrue();
        assertThat(said.group(1)).isEqualTo(Integer.toString(FAR_TOO_FEW));

        RunningCluster serving = CLUSTERS.start(cluster(workers, eventLoops, Integer.parseInt(said.group(2))));
        serving.roll();
        serving.awaitReady();
        try (StrictConnection client = serving.connect()) {
            assertThat(client.get("/info").status()).isEqualTo(200);
        }
        serving.signal(Signal.TTIN);
        Patience.await("a refusal to grow")
                .until(() -> serving.output().text().contains("does not scale to " + (workers + 1) + " workers"));
        assertThat(serving.workers()).hasSize(workers);
    }

    private static ClusterBuilder cluster(int workers, int eventLoops, int descriptors) {
        return aCluster()
                .workers(workers)
                .setting("eventLoops", eventLoops)
                .behind(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
    }
}
