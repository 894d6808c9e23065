package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.Processes;
import dev.handoff.sample.rig.RunningCluster;
import dev.handoff.unix.OrdinaryUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kernel grants the master, or its workers, no more processes and threads. */
class ThreadShortageIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final long PLENTY = 10_000;
    private static final int MOST_ROOM = 10;
    private static final String ROLLED_BACK = "roll.rolledback";

    /** What a worker's start needs in the master and in the worker, so that each room short of that ends it at another step. */
    @Test
    @Tag("core")
    void aMasterWithoutThreadsServesOnAndObeysSignalsAndHealsByItself() throws IOException {
        RunningCluster cluster =
                CLUSTERS.start(aCluster().tellingEvents().asOrdinaryUser().setting("restart.backoffMax", 500));
        cluster.expectErrors();
        Set<Long> workers = cluster.workers();
        try (StrictConnection one = cluster.connect();
                StrictConnection other = cluster.connect()) {
            List<StrictConnection> clients = List.of(one, other);
            assertThat(Set.of(one.askWho(), other.askWho())).hasSize(2);

            leaveNoRoom(cluster);
            rollInVain(cluster, clients, 1);

            for (int room = 1; room <= MOST_ROOM; room++) {
                OrdinaryUser.limitTasks(cluster.master(), OrdinaryUser.tasks() + room);
                rollInVain(cluster, clients, room + 1);
            }
            assertThat(cluster.workers()).isEqualTo(workers);

            long victim = workers.iterator().next();
            OrdinaryUser.limitTasks(cluster.master(), 1);
            cluster.kill(victim);
            await("worker " + victim + " is gone")
                    .until(() -> !cluster.workers().contains(victim));
            assertThat(cluster.connect().get("/info").status()).isEqualTo(200);
        }
        OrdinaryUser.limitTasks(cluster.master(), PLENTY);
        cluster.awaitReady();
        cluster.roll();

        leaveNoRoom(cluster);
        assertThat(cluster.stop()).isZero();
    }

    /** A response that is written as it is made needs a thread. */
    private static final String NEEDS_A_THREAD = "/stream?seconds=0";

    @Test
    @Tag("core")
    void workersWithoutThreadsServeWhatTheyCanAndAreReplacedAsSoonAsThereIsRoom() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().asOrdinaryUser().setting("restart.backoffMax", 500));
        cluster.expectErrors();
        Set<Long> workers = cluster.workers();
        try (StrictConnection one = cluster.connect();
                StrictConnection other = cluster.connect()) {
            List<StrictConnection> clients = List.of(one, other);
            assertThat(Set.of(one.askWho(), other.askWho())).hasSize(2);
            leaveNoRoom(cluster);
            workers.forEach(worker -> OrdinaryUser.limitTasks(worker, 1));
            await("all workers have run out, and no successor can be started").until(() -> {
                clients.forEach(ThreadShortageIT::askInVain);
                return workers.stream().allMatch(worker -> hasRunOut(cluster, worker))
                        && cluster.output().text().contains("cannot start a worker in slot");
            });
            assertThat(cluster.workers()).isEqualTo(workers);

            OrdinaryUser.limitTasks(cluster.master(), PLENTY);
            await("successors have taken their place").until(() -> {
                clients.forEach(ThreadShortageIT::ask);
                return Collections.disjoint(cluster.workers(), workers);
            });
            for (StrictConnection client : clients) {
                assertThat(client.get(NEEDS_A_THREAD).status()).isEqualTo(200);
            }
        }
    }

    private static boolean hasRunOut(RunningCluster cluster, long worker) {
        Pattern said = Pattern.compile("worker \\d+ \\(pid " + worker + ", .*\\) has run out, and serves until");
        return said.matcher(cluster.output().text()).find();
    }

    private static void askInVain(StrictConnection client) {
        assertThat(statusOfWhatNeedsAThread(client)).isEqualTo(503);
    }

    private static void ask(StrictConnection client) {
        assertThat(statusOfWhatNeedsAThread(client)).isIn(200, 503);
    }

    private static int statusOfWhatNeedsAThread(StrictConnection client) {
        try {
            return client.get(NEEDS_A_THREAD).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What ends meanwhile leaves its room, which is taken away again; counted first, so that the spare threads are among them. */
    private static void leaveNoRoom(RunningCluster cluster) {
        await("the master leaves the room of its spare threads to signals").until(() -> {
            long tasks = OrdinaryUser.tasks();
            boolean left = !Processes.threads(cluster.master()).contains("handoff-spare");
            if (!left) {
                OrdinaryUser.limitTasks(cluster.master(), tasks);
            }
            return left;
        });
    }

    /** Each client is served by the worker that it had before: on its old connection. */
    private static void rollInVain(RunningCluster cluster, List<StrictConnection> clients, int rolls)
            throws IOException {
        cluster.signal(Signal.HUP);
        await("roll " + rolls + " is given up")
                .until(() -> cluster.events().stream()
                                .filter(event -> event.name().equals(ROLLED_BACK))
                                .count()
                        >= rolls);
        for (StrictConnection client : clients) {
            assertThat(client.get("/info").status()).isEqualTo(200);
        }
    }
}
