package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.cluster.Worker;
import dev.handoff.master.NumberingWorker.Numbered;
import dev.handoff.master.Numbers.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What master and workers say to each other while the workers are replaced, roll after roll: each pair of processes has its numbers.
 * A send that failed was told; what was told to be sent has arrived.
 */
class RollingMessagesTest {
    private static final int WORKERS = 2;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path run;

    @TempDir
    Path accounts;

    private final Numbers numbers = new Numbers();

    @Test
    void nothingIsLostDoubledOrReorderedOverThreeRolls() throws Exception {
        rollAndCompare(3);
    }

    @Test
    @Tag("long")
    void norOverFifty() throws Exception {
        rollAndCompare(50);
    }

    private void rollAndCompare(int rolls) throws Exception {
        StopResult end;
        try (SupervisedCluster cluster = Cluster.supervise(settings(), this::hear)) {
            Thread talking = new Thread(() -> talk(cluster), "talking");
            talking.start();
            for (int roll = 0; roll < rolls; roll++) {
                assertThat(cluster.reload(IfRunning.REFUSE)
                                .get(60, TimeUnit.SECONDS)
                                .verdict())
                        .isEqualTo(Verdict.COMMITTED);
                awaitWordOf(cluster.workers().keySet());
            }
            talking.interrupt();
            talking.join();
            end = cluster.stop().get(60, TimeUnit.SECONDS);
        }
        assertThat(end.forced()).isZero();
        compare(readAccounts(), WORKERS * (rolls + 1));
    }

    /** So that each generation talks. */
    private void awaitWordOf(Set<Integer> workers) {
        await().atMost(SOON).until(() -> workers.stream().allMatch(numbers::hasHeard));
    }

    private ClusterSettings settings() {
        return ClusterSettings.defaults()
                .with(Setting.WORKERS, WORKERS)
                .with(Setting.RUN_DIRECTORY, run.toString())
                .listen(ListenOptions.address("127.0.0.1", 0))
                .main(NumberingWorker.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Daccounts=" + accounts);
    }

    private void hear(SupervisedCluster cluster) {
        cluster.onMessage((worker, message) ->
                numbers.hear(worker.id(), message.as(Numbered.class).number()));
    }

    /** Until it is interrupted. */
    private void talk(SupervisedCluster cluster) {
        try {
            while (true) {
                Map<Integer, Worker> workers = cluster.workers();
                List<Integer> ids = List.copyOf(workers.keySet());
                workers.values().forEach(worker -> numbers.say(worker, number -> new Numbered(number, ids)));
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<Integer, Account> readAccounts() throws IOException {
        Map<Integer, Account> all = new HashMap<>();
        all.put(0, numbers.account());
        try (Stream<Path> files = Files.list(accounts)) {
            for (Path file : files.toList()) {
                all.put(Integer.parseInt(file.getFileName().toString()), Numbers.read(file));
            }
        }
        return all;
    }

    private static void compare(Map<Integer, Account> accounts, int workers) {
        assertThat(accounts).hasSize(workers + 1);
        accounts.forEach((from, account) -> account.taken().forEach((to, taken) -> {
            Set<Integer> lost = new TreeSet<>(taken);
            heard(accounts, from, to).forEach(lost::remove);
            assertThat(lost)
                    .as("what %d was told that %d has, and that it has not heard", from, to)
                    .isEmpty();
        }));
        accounts.forEach((to, account) -> account.heard()
                .forEach((from, heard) -> assertThat(heard)
                        .as("what %d has heard of %d, each once, in order", to, from)
                        .isSortedAccordingTo(Integer::compare)
                        .doesNotHaveDuplicates()));
        accounts.forEach((id, account) -> {
            assertThat(account.taken()).as("whom %d has told", id).isNotEmpty();
            assertThat(account.heard()).as("of whom %d has heard", id).isNotEmpty();
        });
        assertThat(accounts.values().stream()
                        .mapToInt(account -> account.heard().size())
                        .sum())
                .as("pairs: each worker with the master, both ways, and workers with each other")
                .isGreaterThan(2 * workers);
    }

    private static List<Integer> heard(Map<Integer, Account> accounts, int from, int to) {
        Account account = Objects.requireNonNull(accounts.get(to), () -> "no account of " + to);
        return account.heard().getOrDefault(from, List.of());
    }
}
