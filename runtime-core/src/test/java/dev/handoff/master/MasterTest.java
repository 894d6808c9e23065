package dev.handoff.master;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.RollResult.Verdict;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Handle;
import dev.handoff.process.Signal;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real masters with real workers: JVMs that run {@link TestWorker}. */
class MasterTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path run;

    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();
    private final List<Worker> known = new CopyOnWriteArrayList<>();
    private Optional<SupervisedCluster> started = Optional.empty();

    @AfterEach
    void leaveNothingBehind() throws IOException {
        started.ifPresent(cluster -> {
            cluster.kill();
            cluster.stopped().join();
        });
        await().untilAsserted(() -> assertThat(children()).isEmpty());
        try (Stream<Path> left = Files.list(run)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void startsServesAndStops() throws Exception {
        Path longer = Files.createDirectory(run.resolve("a-path-longer-than-that-of-a-socket".repeat(4)));
        SupervisedCluster cluster = start(settings(2).with(Setting.RUN_DIRECTORY, longer.toString()));
        assertThat(cluster.workers().values()).extracting(Worker::state).containsOnly(WorkerState.READY);
        assertThat(List.of(ask(cluster), ask(cluster)))
                .containsExactlyInAnyOrderElementsOf(
                        cluster.workers().values().stream().map(Worker::pid).toList());

        StopResult result = cluster.stop().get(30, TimeUnit.SECONDS);
        assertThat(result.graceful()).isTrue();
        assertThatThrownBy(() -> ask(cluster)).isInstanceOf(IOException.class);
        await().until(() -> names().contains("cluster.stopped"));
        assertThat(known)
                .hasSize(2)
                .allSatisfy(worker -> assertThat(worker.exitStatus()).hasValue(new ExitStatus.Exited(0)))
                .allSatisfy(worker -> assertThat(worker.exitedAfterDisconnect()).isTrue());
        assertThat(names()).containsSubsequence("cluster.stopping", "worker.exited", "cluster.stopped");
        assertThat(namesOf(known.get(0)))
                .containsSubsequence("worker.draining", "worker.leaving", "worker.exited")
                .containsOnlyOnce("worker.disconnected");
        Files.delete(longer);
    }

    @Test
    void aKilledWorkerIsReplacedAtOnceInItsSlot() throws Exception {
        SupervisedCluster cluster = start(settings(2));
        Worker victim = worker1(cluster);
        assertThat(victim.kill(Signal.KILL)).isTrue();
        await().until(() -> ready(cluster).size() == 2 && !ready(cluster).contains(victim));
        assertThat(ready(cluster)).extracting(Worker::slot).containsExactlyInAnyOrder(1, 2);
        assertThat(victim.exitStatus()).hasValue(new ExitStatus.Signaled(Signal.KILL));
        assertThat(victim.exitedAfterDisconnect()).isFalse();
        assertThat(names()).doesNotContain("slot.backoff");
        await().untilAsserted(() ->
                assertThat(namesOf(victim)).containsOnlyOnce("worker.leaving", "worker.disconnected", "worker.exited"));
        await().untilAsserted(() -> assertThat(names()).containsSubsequence("cluster.degraded", "cluster.serving"));
        Worker replacement = known.get(2);
        await().untilAsserted(() -> assertThat(namesOf(replacement))
                .containsExactly("worker.forked", "worker.online", "worker.listening", "worker.ready"));
        ask(cluster);
    }

    @Test
    void aWorkerToldToLeaveIsReplaced() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        Worker first = worker1(cluster);
        first.disconnect();
        first.disconnect();
        await().until(() -> first.isDead() && ready(cluster).size() == 1);
        assertThat(first.exitedAfterDisconnect()).isTrue();
        assertThat(first.exitStatus()).hasValue(new ExitStatus.Exited(0));
        assertThat(names()).doesNotContain("slot.backoff");
        ask(cluster);
    }

    @Test
    void aWorkerThatHasRunOutServesUntilItsSuccessorIsReady() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        Worker first = worker1(cluster);
        ask(cluster, "/exhaust");
        await().until(() -> first.isDead() && ready(cluster).size() == 1);
        List<String> seen = events.stream()
                .map(event -> event.workerId() + " " + event.name())
                .toList();
        assertThat(seen).containsSubsequence("1 worker.exhausted", "2 worker.ready", "1 worker.draining");
        assertThat(seen).doesNotContain("0 cluster.degraded").containsOnlyOnce("1 worker.exhausted");
        assertThat(first.exitStatus()).hasValue(new ExitStatus.Exited(0));
        ask(cluster);
    }

    @Test
    void termMakesAWorkerLeaveThroughTheMaster() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        Worker first = worker1(cluster);
        first.kill(Signal.TERM);
        await().until(() -> first.isDead() && ready(cluster).size() == 1);
        assertThat(first.exitStatus()).hasValue(new ExitStatus.Exited(0));
        assertThat(first.exitedAfterDisconnect()).isTrue();
    }

    @Test
    void aRollReplacesEveryWorkerAndNeverHasFewerReady() throws Exception {
        SupervisedCluster cluster = start(settings(2));
        List<Integer> readyCounts = new CopyOnWriteArrayList<>();
        cluster.onEvent(event -> readyCounts.add(ready(cluster).size()));
        List<Worker> old = ready(cluster);
        CompletableFuture<RollResult> roll = cluster.reload(IfRunning.REFUSE);
        RollResult second = cluster.reload(IfRunning.REFUSE).get(30, TimeUnit.SECONDS);
        assertThat(second.verdict()).isEqualTo(Verdict.REFUSED);
        RollResult result = roll.get(60, TimeUnit.SECONDS);
        assertThat(result.verdict()).isEqualTo(Verdict.COMMITTED);
        assertThat(result.generation()).isEqualTo(2);
        await().until(() -> old.stream().allMatch(Worker::isDead));
        assertThat(ready(cluster)).hasSize(2).extracting(Worker::generation).containsOnly(2);
        assertThat(readyCounts).allSatisfy(count -> assertThat(count).isBetween(2, 3));
    }

    @Test
    @Tag("slow")
    void ordersToRollThatWaitMakeOne() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        CompletableFuture<RollResult> first = cluster.reload(IfRunning.QUEUE);
        CompletableFuture<RollResult> second = cluster.reload(IfRunning.QUEUE);
        CompletableFuture<RollResult> third = cluster.reload(IfRunning.QUEUE);
        assertThat(first.get(60, TimeUnit.SECONDS).generation()).isEqualTo(2);
        assertThat(second.get(60, TimeUnit.SECONDS).generation()).isEqualTo(3);
        assertThat(third.get(60, TimeUnit.SECONDS).generation()).isEqualTo(3);
    }

    @Test
    void aGenerationThatDoesNotStartIsRolledBackWithItsLastLines() throws Exception {
        Path manner = run.resolveSibling("manner-" + run.getFileName());
        Files.writeString(manner, "-Dmanner=\n");
        SupervisedCluster cluster =
                start(settings(2).jvmArgs("@" + manner).with(Setting.START_LIMIT, Duration.ofSeconds(10)));
        List<Worker> old = ready(cluster);
        try {
            Files.writeString(manner, "-Dmanner=exit\n");
            RollResult result = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
            assertThat(result.verdict()).isEqualTo(Verdict.ROLLED_BACK);
            assertThat(result.generation()).isEqualTo(1);
            assertThat(result.reason()).contains("generation 2").contains("exit code 7");
            assertThat(result.lastLines()).contains("begins exit");
            assertThat(ready(cluster)).containsExactlyInAnyOrderElementsOf(old);

            Files.writeString(manner, "-Dmanner=sick\n");
            RollResult sick = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
            assertThat(sick.verdict()).isEqualTo(Verdict.ROLLED_BACK);
            assertThat(sick.reason()).contains("status 503").contains("probe.path");
            ask(cluster);
        } finally {
            Files.delete(manner);
        }
    }

    @Test
    void scalesUpAndDown() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        cluster.scale(3).get(60, TimeUnit.SECONDS);
        assertThat(cluster.size()).isEqualTo(3);
        assertThat(ready(cluster)).extracting(Worker::slot).containsExactlyInAnyOrder(1, 2, 3);
        cluster.scale(1).get(60, TimeUnit.SECONDS);
        assertThat(ready(cluster)).extracting(Worker::slot).containsExactly(1);
        assertThatThrownBy(() -> cluster.scale(0)).isInstanceOf(IllegalArgumentException.class);

        cluster.scaleBy(-1).get(60, TimeUnit.SECONDS);
        assertThat(cluster.size()).isEqualTo(1);
        cluster.scaleBy(1).get(60, TimeUnit.SECONDS);
        assertThat(ready(cluster)).hasSize(2);
    }

    @Test
    void aWorkerThatExitsAtOnceFailsTheStartWithItsLastLines() {
        StartException failure = failToStart(settings(2), "exit");
        assertThat(failure.exitCode()).isEqualTo(10);
        assertThat(failure)
                .hasMessageContaining("3 tries")
                .hasMessageContaining("exit code 7")
                .hasMessageContaining("begins exit");
    }

    @Test
    void theLastLinesAreAsManyAsTheOperatorWants() {
        ClusterSettings settings = settings(1).with(Setting.START_GIVE_UP, 1).option("log.tail", "0");
        assertThat(failToStart(settings, "exit"))
                .hasMessageContaining("exit code 7")
                .hasMessageNotContaining("last lines");
    }

    @Test
    void aHandlerThatThrowsFailsTheStartWithItsReason() {
        StartException failure = failToStart(settings(1).with(Setting.START_GIVE_UP, 1), "throw");
        assertThat(failure).hasMessageContaining("start threw").hasMessageContaining("no database");
    }

    @Test
    void aMainThatIsMissingIsNamed() {
        ClusterSettings settings = settings(1).with(Setting.START_GIVE_UP, 1).jvmArgs("-cp", run.toString());
        StartException failure = catchThrowableOfType(StartException.class, () -> Cluster.supervise(settings));
        assertThat(failure.exitCode()).isEqualTo(10);
        assertThat(failure).hasMessageContaining("JVM did not start").hasMessageContaining("TestWorker");
    }

    /** Exit code of a worker of another wire version, and both versions in the words for people. */
    @Test
    @Tag("slow")
    void aBuildOfAnotherWireVersionIsRefusedAndNotTriedAgain(@TempDir Path directory) throws Exception {
        ClusterSettings settings = settings(2).jvmArgs("-cp", OtherBuild.ofWireVersion(99, directory));
        StartException failure = catchThrowableOfType(StartException.class, () -> Cluster.supervise(settings));
        assertThat(failure.exitCode()).isEqualTo(10);
        assertThat(failure)
                .hasMessageContaining("in 1 try;")
                .hasMessageContaining("wire version: it speaks wire version 99")
                .hasMessageContaining("this master speaks version " + ControlFrame.VERSION)
                .hasMessageContaining("refuses worker 1: it speaks wire version 99");
    }

    @Test
    void aWorkerThatWarmsUpIsAskedAgain() throws Exception {
        SupervisedCluster cluster = start(settings(1).main(TestWorker.class, "warm up"));
        assertThat(worker1(cluster).id()).isOne();
        ask(cluster);
    }

    @Test
    @Tag("slow")
    void aRollToABuildOfAnotherWireVersionIsRolledBack(@TempDir Path directory) throws Exception {
        Path classPath = directory.resolve("class-path");
        Files.writeString(classPath, "-Dmanner=\n");
        SupervisedCluster cluster = start(settings(2).jvmArgs("@" + classPath));
        List<Worker> old = ready(cluster);
        Files.writeString(classPath, "-cp " + OtherBuild.ofWireVersion(99, directory) + "\n");
        RollResult result = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(result.verdict()).isEqualTo(Verdict.ROLLED_BACK);
        assertThat(result.reason()).contains("wire version 99", "speaks version " + ControlFrame.VERSION);
        assertThat(known.get(2).exitStatus()).hasValue(new ExitStatus.Exited(70));
        assertThat(ready(cluster)).containsExactlyInAnyOrderElementsOf(old);
        ask(cluster);
    }

    /** As the kernel does it for want of memory. */
    @Test
    void whatIsKilledBeforeItIsReadyIsNotHeldAgainstItsBuildUnlessThatGoesOn() throws Exception {
        AtomicInteger kills = new AtomicInteger(1);
        SupervisedCluster cluster = startKilling(settings(1).with(Setting.START_GIVE_UP, 1), kills);
        assertThat(known).hasSize(2);
        assertThat(names()).contains("slot.backoff");

        kills.set(Slot.MOST_EARLY_KILLS);
        RollResult healed = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(healed.verdict()).isEqualTo(Verdict.COMMITTED);

        Worker old = worker1(cluster);
        int before = known.size();
        kills.set(Integer.MAX_VALUE);
        RollResult fat = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(fat.verdict()).isEqualTo(Verdict.ROLLED_BACK);
        assertThat(fat.reason()).contains("killed from outside");
        assertThat(known).hasSize(before + Slot.MOST_EARLY_KILLS + 1);
        assertThat(ready(cluster)).containsExactly(old);
    }

    @Test
    @Tag("slow")
    void aRollThatComesToNoEndIsRolledBackAtItsLimit(@TempDir Path directory) throws Exception {
        Path manner = directory.resolve("manner");
        Files.writeString(manner, "-Dmanner=\n");
        SupervisedCluster cluster =
                start(settings(1).jvmArgs("@" + manner).with(Setting.ROLL_GIVE_UP, Duration.ofSeconds(5)));
        Worker old = worker1(cluster);
        Files.writeString(manner, "-Dmanner=hang\n");
        RollResult result = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(result.verdict()).isEqualTo(Verdict.ROLLED_BACK);
        assertThat(result.reason()).contains("not over within 5 s (roll.giveUp)", "generation 2 in slots [1]");
        assertThat(ready(cluster)).containsExactly(old);
        ask(cluster);
    }

    @Test
    void aWorkerThatNeverGetsReadyIsEndedAtItsLimit() {
        ClusterSettings settings =
                settings(1).with(Setting.START_GIVE_UP, 1).with(Setting.START_LIMIT, Duration.ofSeconds(5));
        StartException failure = failToStart(settings, "hang");
        assertThat(failure).hasMessageContaining("not ready 5 s after the fork").hasMessageContaining("begins hang");
    }

    @Test
    void aPortInUseIsNamedAndNothingIsLeft() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ClusterSettings settings = settings(1).option("listen", "127.0.0.1:" + taken.getLocalPort());
            StartException failure = catchThrowableOfType(StartException.class, () -> Cluster.supervise(settings));
            assertThat(failure.exitCode()).isEqualTo(11);
            assertThat(failure).hasMessageContaining(":" + taken.getLocalPort());
        }
    }

    @Test
    @Tag("slow")
    void aNameThatIsTakenIsRefused() throws Exception {
        start(settings(1));
        StartException failure = catchThrowableOfType(StartException.class, () -> Cluster.supervise(settings(1)));
        assertThat(failure.exitCode()).isEqualTo(12);
    }

    @Test
    void anEventLoopThatBlocksIsTakenOutThenEnded() throws Exception {
        ClusterSettings settings = settings(2)
                .with(Setting.BEAT_SOFT, Duration.ofSeconds(2))
                .with(Setting.BEAT_HARD, Duration.ofSeconds(3))
                .with(Setting.KILL_AFTER, Duration.ofSeconds(1));
        SupervisedCluster cluster = start(settings);
        long pid = ask(cluster, "/block");
        Worker blocked =
                known.stream().filter(worker -> worker.pid() == pid).findFirst().orElseThrow();
        await().until(() -> blocked.state() == WorkerState.SUSPECT);
        for (int turn = 0; turn < 4; turn++) {
            assertThat(ask(cluster)).isNotEqualTo(pid);
        }
        await().until(() -> blocked.isDead() && ready(cluster).size() == 2);
        assertThat(namesOf(blocked))
                .containsSubsequence("worker.suspect", "worker.dump", "worker.leaving", "worker.exited");
        assertThat(causesOf("worker.dump"))
                .anySatisfy(cause -> assertThat(cause).contains("event loop 0 is silent", "Http.blocking"));
        // The last line of a thread dump: its first may be more lines away than are kept.
        assertThat(blocked.lastLines()).anySatisfy(line -> assertThat(line).contains("JNI global refs"));
    }

    @Test
    @Tag("slow")
    void aWorkerThatReceivesNothingIsTakenOutThoughItBeats() throws Exception {
        SupervisedCluster cluster = start(settings(1).main(TestWorker.class, "deaf"));
        Worker deaf = worker1(cluster);
        ask(cluster);
        try (Socket hostage = connect(cluster)) {
            hostage.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
            await().until(() -> causesOf("worker.suspect").stream().anyMatch(cause -> cause.contains("not received")));
            assertThat(deaf.state()).isEqualTo(WorkerState.SUSPECT);
            deaf.kill(Signal.KILL);
            assertThat(pidIn(hostage)).isNotEqualTo(deaf.pid());
        }
    }

    @Test
    @Tag("slow")
    void aStoppedWorkerIsKilled() throws Exception {
        ClusterSettings settings = settings(1)
                .with(Setting.BEAT_SOFT, Duration.ofSeconds(1))
                .with(Setting.BEAT_HARD, Duration.ofSeconds(1))
                .with(Setting.KILL_AFTER, Duration.ofSeconds(1));
        SupervisedCluster cluster = start(settings);
        Worker frozen = worker1(cluster);
        frozen.kill(Signal.STOP);
        await().until(() -> frozen.isDead() && ready(cluster).size() == 1);
        assertThat(frozen.exitStatus()).hasValue(new ExitStatus.Signaled(Signal.KILL));
        assertThat(namesOf(frozen)).containsSubsequence("worker.suspect", "worker.killed", "worker.exited");
    }

    @Test
    void aClientLetInIsServedThoughEveryWorkerLeftBeforeTheStop() throws Exception {
        // Until then the stop waits for a successor.
        SupervisedCluster cluster = start(settings(1).with(Setting.DRAIN_LIMIT, SOON));
        Worker only = worker1(cluster);
        only.kill(Signal.TERM);
        await().until(() -> ready(cluster).isEmpty());
        try (Socket client = connect(cluster)) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
            CompletableFuture<StopResult> stop = cluster.stop();
            assertThat(pidIn(client)).isNotEqualTo(only.pid());
            assertThat(stop.get(SOON.toSeconds(), TimeUnit.SECONDS).graceful()).isTrue();
        }
    }

    @Test
    @Tag("slow")
    void theRuntimeDirectoryIsMadeAgainForTheNextWorkers(@TempDir Path elsewhere) throws Exception {
        SupervisedCluster cluster = start(settings(2));
        RuntimePaths paths = new RuntimePaths(run.resolve("test"));
        Worker victim = worker1(cluster);
        Files.move(paths.directory(), elsewhere.resolve("removed"));
        victim.kill(Signal.KILL);
        await().until(() -> ready(cluster).size() == 2 && !ready(cluster).contains(victim));
        assertThat(names()).containsOnlyOnce("runtime.recreated");
        assertThat(Files.getPosixFilePermissions(paths.control()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Files.delete(paths.rendezvous());
        RollResult result = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(result.verdict()).isEqualTo(Verdict.COMMITTED);
        ask(cluster);
    }

    @Test
    @Tag("slow")
    void whatLiesInPlaceOfItsSocketsAndScoreboardGivesWay() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        RuntimePaths paths = new RuntimePaths(run.resolve("test"));
        for (Path socket : List.of(paths.control(), paths.rendezvous())) {
            Files.delete(socket);
            Files.createFile(socket);
        }
        Files.delete(paths.board(worker1(cluster).id()));
        Files.delete(paths.boards());
        RollResult result = cluster.reload(IfRunning.REFUSE).get(60, TimeUnit.SECONDS);
        assertThat(result.verdict()).isEqualTo(Verdict.COMMITTED);
        ask(cluster);
    }

    @Test
    @Tag("slow")
    void strangersOnTheControlSocketAreSentAwayAndNobodyElseIsDisturbed() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        Path control = new RuntimePaths(run.resolve("test")).control();
        assertThat(Files.getPosixFilePermissions(control)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Worker worker = worker1(cluster);
        Hello lie = new Hello(ControlFrame.VERSION, Scoreboard.VERSION, worker.id(), Token.random(), "17");
        assertThat(isSentAway(control, stranger -> stranger.send(lie))).isTrue();
        assertThat(isSentAway(control, stranger -> stranger.send(new ControlFrame.Started())))
                .isTrue();
        assertThat(isSentAway(control, stranger -> {})).as("a silent one").isTrue();
        ask(cluster);
        assertThat(ready(cluster)).containsExactly(worker);
    }

    private static boolean isSentAway(Path control, Consumer<ControlChannel> says) throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        try (ControlChannel stranger = ControlChannel.connect(control)) {
            stranger.start("stranger", new ControlChannel.Listener() {
                @Override
                public void onFrame(ControlFrame frame) {
                    ended.complete(false);
                }

                @Override
                public void onEnd(@Nullable IOException failure) {
                    ended.complete(true);
                }
            });
            says.accept(stranger);
            return ended.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRollThatIsStoppedSaysSo() throws Exception {
        SupervisedCluster cluster = start(settings(1));
        CompletableFuture<RollResult> roll = cluster.reload(IfRunning.REFUSE);
        cluster.close();
        assertThat(roll.get(30, TimeUnit.SECONDS).verdict()).isEqualTo(Verdict.STOPPED);
        assertThat(cluster.reload(IfRunning.QUEUE).get(30, TimeUnit.SECONDS).verdict())
                .isEqualTo(Verdict.STOPPED);
        assertThat(cluster.scale(2)).isCompletedExceptionally();
    }

    @Test
    void aSocketThatTheMasterWasStartedWithIsServedAndLeftOpen() throws Exception {
        try (Handle inherited = Handle.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            ListenOptions byNumber = ListenOptions.parse(inherited.toString().replaceAll("[^0-9]*([0-9]+)$", "fd:$1"));
            SupervisedCluster cluster = start(settings(1).listen(byNumber));
            assertThat(cluster.addresses().get(1)).hasToString("127.0.0.1:" + inherited.port());
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), inherited.port())) {
                client.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
                assertThat(pidIn(client)).isEqualTo(worker1(cluster).pid());
            }
            cluster.stop().get(30, TimeUnit.SECONDS);
            try (Socket next = new Socket(InetAddress.getLoopbackAddress(), inherited.port());
                    Handle accepted = inherited.accept()) {
                assertThat(accepted.port()).isEqualTo(next.getPort());
            }
        }
    }

    @Test
    void anAgentThatListensIsChangedForWorkersByTheOperator(@TempDir Path directory) throws Exception {
        String agent = "-javaagent:" + ListeningAgent.writeTo(directory.resolve("agent.jar")) + "=";
        try (ServerSocket masters = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = masters.getLocalPort();
            ClusterSettings settings = settings(2).jvmArgs("-XX:TieredStopAtLevel=1", agent + port);
            assertThatThrownBy(() -> start(settings.with(Setting.START_GIVE_UP, 1)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("jvm.drop and jvm.add, where {port:9400} is the next free one");

            SupervisedCluster cluster =
                    start(settings.option("jvm.drop", agent).option("jvm.add", agent + "{port:" + port + "}"));
            assertThat(cluster.reload(IfRunning.QUEUE).get(60, TimeUnit.SECONDS).verdict())
                    .isEqualTo(Verdict.COMMITTED);
        }
    }

    // --- the fixture ------------------------------------------------------------------------------------------------

    private ClusterSettings settings(int workers) {
        return ClusterSettings.defaults()
                .listen(ListenOptions.address("127.0.0.1", 0))
                .main(TestWorker.class)
                .jvmArgs("-XX:TieredStopAtLevel=1")
                .environment(Map.of())
                .with(Setting.WORKERS, workers)
                .with(Setting.NAME, "test")
                .with(Setting.RUN_DIRECTORY, run.toString())
                .with(Setting.DRAIN_LIMIT, Duration.ofSeconds(5));
    }

    private SupervisedCluster start(ClusterSettings settings) {
        SupervisedCluster cluster = Cluster.supervise(settings);
        started = Optional.of(cluster);
        cluster.onEvent(events::add);
        known.addAll(cluster.workers().values());
        cluster.onFork(known::add);
        return cluster;
    }

    /** Starts one whose workers are killed as soon as they are forked, so many of those that come. */
    private SupervisedCluster startKilling(ClusterSettings settings, AtomicInteger kills) {
        return Cluster.supervise(settings, begun -> {
            started = Optional.of(begun);
            begun.onEvent(events::add);
            begun.onFork(known::add);
            begun.onFork(worker -> {
                if (kills.getAndDecrement() > 0) {
                    worker.kill(Signal.KILL);
                }
            });
        });
    }

    private static StartException failToStart(ClusterSettings settings, String manner) {
        ClusterSettings failing = settings.main(TestWorker.class, manner);
        return catchThrowableOfType(StartException.class, () -> Cluster.supervise(failing));
    }

    private static Worker worker1(SupervisedCluster cluster) {
        return ready(cluster).get(0);
    }

    private static List<Worker> ready(SupervisedCluster cluster) {
        return cluster.workers().values().stream()
                .filter(worker -> worker.state() == WorkerState.READY)
                .toList();
    }

    private List<String> names() {
        return events.stream().map(ClusterEvent::name).toList();
    }

    private List<String> namesOf(Worker worker) {
        return events.stream()
                .filter(event -> event.workerId() == worker.id())
                .map(ClusterEvent::name)
                .toList();
    }

    private List<String> causesOf(String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(ClusterEvent::cause)
                .toList();
    }

    private static List<Long> children() {
        List<Long> children = new ArrayList<>();
        ProcessHandle.current().children().filter(ProcessHandle::isAlive).forEach(child -> children.add(child.pid()));
        return children;
    }

    private static long ask(SupervisedCluster cluster) throws IOException {
        return ask(cluster, "/");
    }

    /** One request on a connection of its own; gives the pid of the worker that answered. */
    private static long ask(SupervisedCluster cluster, String path) throws IOException {
        try (Socket client = connect(cluster)) {
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n").getBytes(US_ASCII));
            return pidIn(client);
        }
    }

    private static Socket connect(SupervisedCluster cluster) throws IOException {
        Socket client = new Socket(
                InetAddress.getLoopbackAddress(), cluster.addresses().get(0).port());
        client.setSoTimeout((int) SOON.toMillis());
        return client;
    }

    private static long pidIn(Socket client) throws IOException {
        String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
        return Long.parseLong(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
}
