package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that leaves while it has still to hear what was sent to it. */
@Timeout(110)
class LastMessagesTest {
    /** More than a socket holds, so that some wait in the worker. */
    private static final int MESSAGES = 500;

    @TempDir
    Path directory;

    @Test
    void whatASenderWasToldThatAWorkerHasIsHeardAfterItsGoodbye() throws Exception {
        Path heard = directory.resolve("heard");
        try (SupervisedCluster cluster = Cluster.supervise(settings(heard))) {
            Worker worker = cluster.workers().values().iterator().next();
            CompletableFuture.allOf(
                            IntStream.range(0, MESSAGES).mapToObj(worker::send).toArray(CompletableFuture<?>[]::new))
                    .get(60, TimeUnit.SECONDS);
            assertThat(cluster.stop().get(60, TimeUnit.SECONDS).forced()).isZero();
        }
        assertThat(heard).hasSize(MESSAGES);
    }

    private ClusterSettings settings(Path heard) {
        return ClusterSettings.defaults()
                .with(Setting.WORKERS, 1)
                // Long enough for a starved machine: what is tested is that they are heard, not for how long.
                .with(Setting.KILL_AFTER, Duration.ofSeconds(60))
                .with(Setting.RUN_DIRECTORY, directory.toString())
                .listen(ListenOptions.address("127.0.0.1", 0))
                .main(LateWorker.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dheard=" + heard);
    }
}
