package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.NodeTest;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.spi.EventThread;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that are their master's program once more. */
@Timeout(90)
class ThisProgramTest extends WithForks {
    /** Prints what its workers get for arguments: the first fork as it is, the second with one more. */
    static final class Repeated {
        private Repeated() {}

        public static void main(String[] arguments) {
            if (Cluster.isWorker()) {
                System.out.println(Cluster.worker().id() + " " + List.of(arguments));
                Cluster.worker().disconnect();
                return;
            }
            ForkingCluster cluster = Cluster.master();
            cluster.fork().onExit(status -> {
                cluster.setupMaster(
                        settings -> settings.args(Stream.concat(settings.arguments().stream(), Stream.of("more"))
                                .toArray(String[]::new)));
                cluster.fork();
            });
        }
    }

    @Test
    @NodeTest("test-cluster-setup-primary-argv.js")
    @Tag("slow")
    void itsArgumentsAreTheMastersAndWhatIsAddedCountsFromThenOn() {
        SpawnOptions master = small(SpawnOptions.ofMain(Repeated.class, "one", "two words"));
        assertThat(ChildProcess.execFileSync(master.stderr(Stdio.inherit())).stdout())
                .isEqualTo("1 [one, two words]\n2 [one, two words, more]\n");
    }

    @Test
    void insideATestRunnerItIsAlwaysRefused() {
        cluster.setupMaster(settings -> SpawnOptions.thisProgram());
        CompletableFuture<Void> onEvents = new CompletableFuture<>();
        EventThread.get().enqueue(() -> {
            try {
                assertRefused();
                onEvents.complete(null);
            } catch (Throwable e) {
                onEvents.completeExceptionally(e);
            }
        });
        assertRefused();
        assertThat(onEvents).succeedsWithin(SOON);
        assertThat(cluster.workers()).isEmpty();
    }

    @Test
    void soIsAChildHoweverItIsStarted() {
        SpawnOptions again = SpawnOptions.thisProgram();
        assertRefused(() -> ChildProcess.fork(again));
        assertRefused(() -> ChildProcess.spawn(again));
        assertRefused(() -> ChildProcess.spawnSync(again));
    }

    private void assertRefused() {
        assertRefused(cluster::fork);
    }

    private static void assertRefused(ThrowingCallable start) {
        assertThatIllegalStateException()
                .isThrownBy(start)
                .withMessageContainingAll("it runs inside", "once more", "SpawnOptions.ofMain", "setupMaster");
    }
}
