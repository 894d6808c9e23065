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

    @TempDir
    Path run;

    /** One of each process, by the worker's id; the master's is 0. */
    @TempDir
    Path accounts;

    @Test
    void nothingIsLostDoubledOrReorderedOverTwoRolls() throws Exception {
        rollAndCompare(2);
    }

    @Test
    @Tag("long")
    void norOverFifty() throws Exception {
        rollAndCompare(50);
    }

    private void rollAndCompare(int rolls) throws Exception {
        StopResult end;
        Numbers numbers = new Numbers(accounts.resolve("0"));
        try (SupervisedCluster cluster = Cluster.supervise(settings(), begun -> hear(begun, numbers))) {
            Thread talking = new Thread(() -> talk(cluster, numbers), "talking");
            talking.start();
            awaitWordOf(cluster.workers().keySet(), numbers);
            for (int roll = 0; roll < rolls; roll++) {
                assertThat(cluster.reload(IfRunning.REFUSE)
                                .get(5, TimeUnit.MINUTES)
                                .verdict())
                        .isEqualTo(Verdict.COMMITTED);
                awaitWordOf(cluster.workers().keySet(), numbers);
            }
            talking.interrupt();
            talking.join();
            end = cluster.stop().get(5, TimeUnit.MINUTES);
        }
        assertThat(end.forced()).isZero();
        // The last words to the master may still be on their way to whoever writes them down.
        await().untilAsserted(() -> compare(readAccounts(), WORKERS * (rolls + 1)));
    }

    /** So that each generation talks. */
    private static void awaitWordOf(Set<Integer> workers, Numbers numbers) {
        await().until(() -> workers.stream().allMatch(numbers::hasHeard));
    }

    private ClusterSettings settings() {
        return ClusterSettings.defaults()
                .with(Setting.WORKERS, WORKERS)
                .with(Setting.RUN_DIRECTORY, run.toString())
                .listen(ListenOptions.address("127.0.0.1", 0))
                .main(NumberingWorker.class)
                .jvmArgs("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Daccounts=" + accounts);
    }

    private static void hear(SupervisedCluster cluster, Numbers numbers) {
        cluster.onMessage((worker, message) ->
                numbers.hear(worker.id(), message.as(Numbered.class).number()));
    }

    /** Until it is interrupted. */
    private static void talk(SupervisedCluster cluster, Numbers numbers) {
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
