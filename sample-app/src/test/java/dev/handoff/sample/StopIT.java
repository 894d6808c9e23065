package dev.handoff.sample;

import static dev.handoff.sample.rig.ClusterBuilder.aCluster;
import static dev.handoff.sample.rig.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.Signal;
import dev.handoff.sample.client.Behaviour;
import dev.handoff.sample.client.Load;
import dev.handoff.sample.client.StrictConnection;
import dev.handoff.sample.programs.ManyListeners;
import dev.handoff.sample.rig.ClusterBuilder;
import dev.handoff.sample.rig.Clusters;
import dev.handoff.sample.rig.LoadAssert;
import dev.handoff.sample.rig.LongRuns;
import dev.handoff.sample.rig.OrdinaryUser;
import dev.handoff.sample.rig.RunningCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a cluster, asked for by signals. */
class StopIT {
    @RegisterExtension
    static final Clusters CLUSTERS = new Clusters();

    private static final Pattern COMPLAINT = Pattern.compile("warn|error", Pattern.CASE_INSENSITIVE);
    private static final Pattern MASTER_LATE =
            Pattern.compile(" WARN Punctuality - the master was \\d+ ms late: silences of workers are judged anew$");

    private static final Pattern SAME_BUILD = Pattern.compile(
            " WARN Rolls - roll to generation 2 begins .* it starts the very files that generation 1 runs, ");

    @Test
    @Tag("core")
    void aStopUnderLoadServesEveryConnectionThatWasMade() {
        stopUnderLoad(2, ClusterBuilder::aCluster);
    }

    /** The kernel grants an ordinary user no filter on the listening socket. */
    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "shared"})
    void aStopOfAnOrdinaryUsersServesEveryConnectionThatWasMade(String policy) {
        stopUnderLoad(2, () -> ofAnOrdinaryUser().policy(policy));
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void aThousandStopsUnderLoadServeEveryConnectionThatWasMade() {
        stopUnderLoad(1_000, ClusterBuilder::aCluster);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void aHundredStopsOfAnOrdinaryUsersServeEveryConnectionThatWasMade() {
        stopUnderLoad(100, StopIT::ofAnOrdinaryUser);
    }

    private static ClusterBuilder ofAnOrdinaryUser() {
        return aCluster().behind(OrdinaryUser.withoutNetAdmin());
    }

    private static void stopUnderLoad(int stops, Supplier<ClusterBuilder> each) {
        RunningCluster next = CLUSTERS.launch(each.get());
        long sent = 0;
        for (int stop = 1; stop <= stops; stop++) {
            RunningCluster cluster = next.awaitReady();
            if (stop < stops) {
                next = CLUSTERS.launch(each.get());
            }
            sent += sentUntilTheStopOf(cluster);
            if (stop % 100 == 0) {
                System.out.println("R11: " + stop + " stops, nothing lost");
            }
        }
        LongRuns.note("R11", stops + " stops under a load of new, busy, slow and silent clients", sent, 0);
    }

    private static long sentUntilTheStopOf(RunningCluster cluster) {
        long sent;
        try (Load load = Load.on(cluster.port())
                .untilRefused()
                .with(8, Behaviour.NEW)
                .with(4, Behaviour.KEEP_ALIVE)
                .with(2, Behaviour.SLOW_POST)
                .with(2, Behaviour.SILENT_THEN_SEND)) {
            await("load").until(() -> load.answered() >= 300);
            assertThat(cluster.stop()).isZero();
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
            sent = load.sent();
        }
        CLUSTERS.end(cluster);
        return sent;
    }

    /** Ctrl-C on a terminal, and what systemd does: every process of the group gets the signal. */
    @ParameterizedTest
    @EnumSource(names = {"INT", "TERM"})
    @Tag("core")
    void aSignalToTheWholeGroupIsAGracefulStop(Signal signal) throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster());
        try (StrictConnection busy = StrictConnection.to(cluster.port())) {
            busy.sendGet("/sleep?ms=1500");
            cluster.signalAll(signal);
            assertThat(busy.answer().text()).isEqualTo("slept 1500 ms\n");
        }
        assertThat(cluster.awaitExit()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"INT", "TERM"})
    void aSecondSignalStopsAtOnce(Signal signal) throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1));
        try (StrictConnection busy = StrictConnection.to(cluster.port())) {
            busy.sendGet("/sleep?ms=3600000");
            cluster.signal(signal);
            await("the master listens no more").until(() -> !cluster.isListening());
            cluster.signalUntilItEnds(signal);
            busy.mustBreak();
        }
        assertThat(cluster.awaitExit()).isEqualTo(128 + signal.number());
    }

    /** As timeout(1), npm and terminals do: to the group, and then to the process. */
    @ParameterizedTest
    @CsvSource({"TERM, TERM", "INT, TERM"})
    void signalsThatComeTogetherAreOneGracefulStop(Signal toTheGroup, Signal toTheMaster) throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1));
        try (StrictConnection busy = StrictConnection.to(cluster.port())) {
            busy.sendGet("/sleep?ms=1500");
            cluster.signalAll(toTheGroup);
            cluster.signal(toTheMaster);
            assertThat(busy.answer().text()).isEqualTo("slept 1500 ms\n");
        }
        assertThat(cluster.awaitExit()).isZero();
    }

    @Test
    @Tag("slow")
    void underNohupHangUpsAndInterruptsSayNothing() {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1).ignoring("HUP", "INT"));
        Set<Long> workers = cluster.workers();
        cluster.signalAll(Signal.HUP);
        cluster.signalAll(Signal.INT);
        // Signals are obeyed in their order: when the third has done its work, the first two have done none.
        cluster.scaleTo(2, Signal.TTIN);
        assertThat(cluster.workers()).containsAll(workers);
        assertThat(cluster.stop()).isZero();
        CLUSTERS.end(cluster);
        assertThat(cluster.output().text()).contains("SIGHUP was ignored", "SIGINT was ignored");
    }

    @Test
    void aHangUpIsARollWhileTheTerminalIsThereAndAGracefulStopWhenItIsGone() throws IOException {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1).onATerminal());
        cluster.roll();
        cluster.awaitReady();
        try (StrictConnection busy = StrictConnection.to(cluster.port())) {
            busy.sendGet("/sleep?ms=1500");
            cluster.takeTerminalAway();
            assertThat(busy.answer().text()).isEqualTo("slept 1500 ms\n");
        }
        cluster.awaitNothingLeft();
    }

    @Test
    void workersObeyOnlyTermAndLeaveWithoutLossAndAreReplaced() {
        RunningCluster cluster = CLUSTERS.start(aCluster());
        Set<Long> workers = cluster.workers();
        for (Signal signal : new Signal[] {Signal.INT, Signal.HUP, Signal.TTIN, Signal.TTOU, Signal.USR1}) {
            workers.forEach(worker -> RunningCluster.send(worker, signal));
        }
        cluster.awaitReady();
        assertThat(cluster.workers()).isEqualTo(workers);
        leaveByTermUnderLoad(cluster);
    }

    private static void leaveByTermUnderLoad(RunningCluster cluster) {
        try (Load load = Load.on(cluster.port())
                .with(4, Behaviour.NEW)
                .with(2, Behaviour.KEEP_ALIVE)
                .with(4, Behaviour.SLOW_POST)) {
            long leaving = cluster.aWorker();
            RunningCluster.send(leaving, Signal.TERM);
            cluster.awaitReplaced(Set.of(leaving), 2);
            LoadAssert.assertThat(load.stop(), cluster).lostNothing();
        }
    }

    @Test
    void aStopBeforeTheFirstWorkerIsReadyLeavesNothing() {
        RunningCluster cluster = CLUSTERS.launch(aCluster().workers(1));
        cluster.awaitListening();
        cluster.signal(Signal.TERM);
        assertThat(cluster.awaitExit())
                .as("the exit code of%n%s", cluster.output().text())
                .isZero();
        cluster.awaitNothingLeft();
    }

    @Test
    @Tag("core")
    void aCleanRunHasNoWarning() {
        rollAndStopWithoutAComplaint(aCluster().withoutArchive());
    }

    /** Master and workers have it, and each flag that it takes. */
    @Test
    @Tag("core")
    void aCleanRunWithAnArchiveOfClassesHasNoWarning() {
        rollAndStopWithoutAComplaint(aCluster());
    }

    private static void rollAndStopWithoutAComplaint(ClusterBuilder builder) {
        // That a worker is late is the machine's as well.
        RunningCluster cluster = CLUSTERS.start(builder.workers(1).setting("beat.suspect", 60_000));
        cluster.roll();
        assertThat(cluster.stop()).isZero();
        CLUSTERS.end(cluster);
        // The one is about the machine, the other about this test, which has one build only. Nothing else may be.
        assertThat(cluster.output()
                        .text()
                        .lines()
                        .filter(line -> !MASTER_LATE.matcher(line).find()
                                && !SAME_BUILD.matcher(line).find()))
                .noneMatch(line -> COMPLAINT.matcher(line).find());
    }

    @Test
    @Tag("core")
    void aKilledMasterLeavesNothingBehind() {
        RunningCluster cluster = CLUSTERS.start(aCluster());
        int port = cluster.port();
        cluster.signal(Signal.KILL);
        cluster.awaitExit();
        cluster.awaitNothingLeft();
        RunningCluster next = CLUSTERS.start(aCluster().workers(1).port(port));
        assertThat(next.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "shared"})
    @Tag("slow")
    void aKilledMasterLeavesNoFileOfAUnixSocket(String policy) {
        RunningCluster cluster = CLUSTERS.launch(
                aCluster().workers(1).setting("policy", policy).main(ManyListeners.class, "addresses", "socket"));
        await("the server listens").until(() -> Files.exists(cluster.file("addresses")));
        assertThat(cluster.file("socket")).exists();
        cluster.signal(Signal.KILL);
        cluster.awaitExit();
        cluster.awaitNothingLeft();
        assertThat(cluster.file("socket")).doesNotExist();
    }

    @Test
    @Tag("slow")
    void aStoppedWorkerOfAKilledMasterLeavesWhenItGoesOn() {
        RunningCluster cluster = CLUSTERS.start(aCluster().workers(1));
        long stopped = cluster.aWorker();
        RunningCluster.freeze(stopped);
        cluster.signal(Signal.KILL);
        cluster.awaitExit();
        RunningCluster.send(stopped, Signal.CONT);
        cluster.awaitNothingLeft();
    }
}
