package dev.handoff.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.ObedientWorker.Order;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.MessageException;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.process.spi.EventThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master and the life of what it forks. */
@Timeout(90)
class ForkingClusterTest extends WithForks {

    // --- from the fork to the end
    // -------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-basic.js")
    @NodeTest("test-cluster-worker-exit.js")
    @NodeTest("test-cluster-worker-death.js")
    @NodeTest("test-cluster-worker-isdead.js")
    @NodeTest("test-cluster-listening-port.js")
    void eachEventComesOnceAtTheWorkerAndThenAtTheCluster() {
        noteCluster();
        ForkedWorker worker = fork();
        note(worker);
        assertThat(cluster.workers()).containsOnlyKeys(worker.id());
        assertThat(worker.isDead()).isFalse();
        assertThat(worker.isConnected()).isTrue();
        assertThat(worker.state()).isEqualTo(WorkerState.STARTING);
        assertThat(worker.pid()).isEqualTo(worker.process().pid());
        assertThat(port(listen(worker, "greet 127.0.0.1:0"))).isPositive();
        awaitEvent("cluster ready");
        assertThat(worker.state()).isEqualTo(WorkerState.READY);

        order(worker, "exit", 42);
        awaitEvent("cluster exit exit code 42");
        awaitEvent("cluster disconnect");
        assertThat(events.subList(0, 8))
                .containsExactly(
                        "cluster fork " + worker.id(),
                        "online",
                        "cluster online",
                        "listening",
                        "cluster listening",
                        "cluster ready",
                        "leaving",
                        "cluster leaving");
        assertThat(events.subList(8, events.size()))
                .containsExactlyInAnyOrder(
                        "disconnect", "cluster disconnect", "exit exit code 42", "cluster exit exit code 42")
                .containsSubsequence("disconnect", "cluster disconnect")
                .containsSubsequence("exit exit code 42", "cluster exit exit code 42");
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(42));
        assertThat(worker.exitedAfterDisconnect()).isFalse();
        assertThat(worker.isDead()).isTrue();
        assertThat(worker.isConnected()).isFalse();
        assertThat(worker.state()).isEqualTo(WorkerState.EXITED);
        assertThat(cluster.workers()).isEmpty();
        worker.onExit(status -> events.add("late"));
        awaitEvent("late");
    }

    @Test
    @NodeTest("test-cluster-fork-env.js")
    @NodeTest("test-cluster-basic.js")
    void aForkHasTheVariablesItWasGivenAndItsOwnChildrenAreNoWorkers() {
        ForkedWorker worker = fork(Map.of("GREETING", "hello", "HOME", "elsewhere"));
        assertThat(ask(worker, "env", "GREETING", 0)).isEqualTo("hello");
        assertThat(ask(worker, "env", "HOME", 0)).isEqualTo("elsewhere");
        assertThat(ask(worker, "grandchild")).isEqualTo("worker: false\n");
        assertThat(ask(worker, "variables")).contains("GREETING=hello").doesNotContain("HANDOFF_");
    }

    @Test
    void whoEndsAtOnceIsOnlineBeforeItIsGone() {
        cluster.setupMaster(
                settings -> small(SpawnOptions.ofMain(EndsAtOnce.class)).stdio(Stdio.inherit()));
        CurrentProcess.nextTick(() -> {
            ForkedWorker worker = fork();
            note(worker);
            // What it has said waits behind this.
            await().until(() -> worker.isDead() && !worker.isConnected());
        });
        awaitEvent("exit exit code 42");
        awaitEvent("disconnect");
        assertThat(events).startsWith("online", "leaving").hasSize(4);
    }

    static final class EndsAtOnce {
        private EndsAtOnce() {}

        public static void main(String[] arguments) {
            CurrentProcess.exit(Cluster.worker().isConnected() ? 42 : 43);
        }
    }

    @Test
    void whoseMainThrowsEndsWithOne() {
        cluster.setupMaster(settings -> small(SpawnOptions.ofMain(ThrowsInMain.class))
                .stdio(Stdio.inherit())
                .stderr(Stdio.ignore()));
        ForkedWorker worker = fork();
        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        worker.onExit(exit::complete);
        assertThat(exit.join()).isEqualTo(new ExitStatus.Exited(1));
    }

    static final class ThrowsInMain {
        private ThrowsInMain() {}

        public static void main(String[] arguments) {
            int id = Cluster.worker().id();
            if (id > 0) {
                throw new IllegalStateException("on purpose, in worker " + id);
            }
        }
    }

    @Test
    @NodeTest("test-cluster-worker-kill.js")
    @NodeTest("test-cluster-worker-kill-signal.js")
    void whoIsKilledHasBothEventsAndWasNotAskedToLeave() {
        ForkedWorker worker = fork();
        note(worker);
        awaitEvent("online");
        assertThat(worker.kill(Signal.KILL)).isTrue();
        awaitGone(worker);
        awaitEvent("exit signal KILL");
        awaitEvent("disconnect");
        assertThat(events).containsOnlyOnce("leaving", "disconnect", "exit signal KILL");
        assertThat(worker.exitedAfterDisconnect()).isFalse();
        assertThat(worker.destroy()).isFalse();
    }

    @Test
    @NodeTest("test-cluster-ipc-throw.js")
    void whoThrowsEndsWithOne() {
        ForkedWorker worker = fork();
        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        worker.onExit(exit::complete);
        order(worker, "throw", 0);
        assertThat(exit.join()).isEqualTo(new ExitStatus.Exited(1));
        assertThat(worker.exitedAfterDisconnect()).isFalse();
    }

    @Test
    @NodeTest("test-cluster-worker-disconnect.js")
    @NodeTest("test-cluster-worker-isconnected.js")
    @NodeTest("test-cluster-call-and-destroy.js")
    @NodeTest("test-cluster-disconnect-before-exit.js")
    void theMasterDisconnectsAWorkerWhichMayChooseItsCode() {
        ForkedWorker worker = fork();
        note(worker);
        ask(worker, "exitWhenDisconnected", "", 43);
        awaitEvent("online");
        worker.disconnect();
        assertThat(worker.exitedAfterDisconnect()).isTrue();
        worker.disconnect();
        awaitGone(worker);
        awaitEvent("exit exit code 43");
        awaitEvent("disconnect");
        assertThat(events).startsWith("online", "leaving").containsOnlyOnce("disconnect");

        ForkedWorker another = fork();
        another.onDisconnect(() -> {
            events.add("connected " + another.isConnected());
            another.destroy();
            cluster.disconnect();
        });
        another.disconnect();
        awaitGone(another);
        awaitEvent("connected false");
        assertThat(another.exitedAfterDisconnect()).isTrue();
    }

    @Test
    @NodeTest("test-cluster-disconnect-leak.js")
    void whoIsDisconnectedBeforeItIsOnlineLeavesWithZero() {
        ForkedWorker worker = fork();
        note(worker);
        worker.onOnline(() -> events.add("online as " + worker.state()));
        worker.disconnect();
        worker.disconnect();
        awaitGone(worker);
        awaitEvent("exit exit code 0");
        awaitEvent("disconnect");
        assertThat(events)
                .containsOnlyOnce("leaving", "online", "online as DRAINING", "disconnect", "exit exit code 0");
    }

    @Test
    @NodeTest("test-cluster-kill-disconnect.js")
    @NodeTest("test-cluster-concurrent-disconnect.js")
    @NodeTest("test-cluster-disconnect-exitedAfterDisconnect-race.js")
    void aWorkerDisconnectsItselfTwice() {
        ForkedWorker worker = fork();
        note(worker);
        order(worker, "disconnect", 0);
        awaitGone(worker);
        awaitEvent("exit exit code 0");
        awaitEvent("disconnect");
        assertThat(events).startsWith("online", "leaving").containsOnlyOnce("disconnect");
        assertThat(worker.exitedAfterDisconnect()).isTrue();
    }

    @Test
    @NodeTest("test-cluster-kill-disconnect.js")
    @NodeTest("test-cluster-worker-destroy.js")
    void aWorkerKillsItself() throws Exception {
        ForkedWorker worker = fork();
        note(worker);
        int port = port(listen(worker, "hold 127.0.0.1:0"));
        var held = connect(port);
        order(worker, "kill", 0);
        awaitGone(worker);
        awaitEvent("exit exit code 0");
        assertThat(worker.exitedAfterDisconnect()).isTrue();
        assertThat(held.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    @NodeTest("test-cluster-process-disconnect.js")
    void aChannelThatEndsEndsTheWorker() {
        ForkedWorker first = fork();
        ForkedWorker second = fork();
        note(first);
        order(first, "disconnectProcess", 0);
        awaitGone(first);
        awaitEvent("exit exit code 0");
        assertThat(first.exitedAfterDisconnect()).isFalse();

        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        second.onExit(exit::complete);
        second.process().disconnect();
        assertThat(exit.join()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(second.exitedAfterDisconnect()).isFalse();
    }

    @Test
    void aChannelThatEndsBeforeItIsTakenUpEndsTheWorker() {
        ForkedWorker worker = fork();
        note(worker);
        worker.process().disconnect();
        awaitEvent("exit exit code 0");
        assertThat(worker.exitedAfterDisconnect()).isFalse();
    }

    @Test
    void aWorkerThatCannotBeStartedHasAnErrorAndAnExit() {
        noteCluster();
        cluster.setupMaster(settings -> SpawnOptions.of("/nowhere/program"));
        ForkedWorker worker = cluster.fork();
        List<String> errors = new java.util.concurrent.CopyOnWriteArrayList<>();
        worker.onError(failure -> errors.add(String.valueOf(failure.getMessage())));
        awaitEvent("cluster exit exit code 127");
        awaitGone(worker);
        await().until(() -> !errors.isEmpty());
        assertThat(errors.get(0)).contains("cannot start /nowhere/program");
        assertThat(worker.isConnected()).isFalse();
        assertThat(worker.kill(Signal.TERM)).isFalse();
        assertThatThrownBy(() -> worker.send("hello").join()).hasCauseInstanceOf(MessageException.class);
        worker.onMessage(message -> events.add("impossible")).close();
        worker.disconnect();
    }

    // --- the cluster
    // --------------------------------------------------------------------------------------------------

    @Test
    void theLimitOfADisconnectMayBeAsLongAsItCanBeSaid() {
        assertThat(cluster.disconnect(Duration.ofSeconds(Long.MAX_VALUE)).join().forced())
                .isZero();
    }

    @Test
    @NodeTest("test-cluster-disconnect-with-no-workers.js")
    void disconnectWithoutWorkersIsDoneLater() {
        assertThat(cluster.disconnect()).succeedsWithin(SOON);
    }

    @Test
    @NodeTest("test-cluster-disconnect-idle-worker.js")
    @NodeTest("test-cluster-disconnect.js")
    void disconnectIsDoneWhenTheLastWorkerHasExited() {
        for (int round = 0; round < 2; round++) {
            ForkedWorker first = fork();
            ForkedWorker second = fork();
            ask(first, "env", "HOME", 0);
            ask(second, "env", "HOME", 0);
            CompletableFuture<Integer> left =
                    cluster.disconnect().thenApply(done -> cluster.workers().size());
            assertThat(left).succeedsWithin(SOON).isEqualTo(0);
            assertThat(first.exitStatus()).contains(new ExitStatus.Exited(0));
            assertThat(second.exitStatus()).contains(new ExitStatus.Exited(0));
        }
    }

    @Test
    void closeWaitsAndRefusesToDoSoWhereItWouldWaitForItself() {
        fork();
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        EventThread.get().enqueue(() -> {
            try {
                cluster.close();
                refusal.complete(new AssertionError("it closed"));
            } catch (IllegalStateException e) {
                refusal.complete(e);
            }
        });
        assertThat(refusal.join()).hasMessageContaining("handoff-events");
        cluster.close();
        assertThat(cluster.workers()).isEmpty();
    }

    @Test
    @NodeTest("test-cluster-setup-primary.js")
    @NodeTest("test-cluster-setup-primary-cumulative.js")
    @NodeTest("test-cluster-setup-primary-emit.js")
    @NodeTest("test-cluster-setup-primary-multiple.js")
    @NodeTest("test-cluster-cwd.js")
    void settingsAddUpForForksToCome(@TempDir Path directory) throws Exception {
        ForkedWorker before = fork();
        // Behind what each test begins with, which is a setup as well.
        await().until(() -> before.state() == WorkerState.ONLINE);
        subscriptions.add(cluster.onSetup(settings -> events.add("setup " + settings.arguments())));
        cluster.setupMaster(settings -> settings.args("a", "b"));
        cluster.setupMaster(settings -> settings.cwd(directory));
        ForkedWorker after = fork();
        assertThat(cluster.settings().arguments()).containsExactly("a", "b");
        assertThat(ask(after, "cwd")).isEqualTo(directory.toRealPath().toString());
        assertThat(after.request(new Order("arguments", "", 0), String[].class, SOON)
                        .join())
                .containsExactly("a", "b");
        assertThat(ask(before, "cwd")).isNotEqualTo(ask(after, "cwd"));
        assertThat(events).containsExactly("setup [a, b]", "setup [a, b]");
    }

    @Test
    void thePolicyIsChosenBeforeTheFirstFork() {
        fork();
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.schedulingPolicy(SchedulingPolicy.shared()))
                .withMessageContaining("before the first fork");
        assertThat(cluster.schedulingPolicy().masterAccepts()).isTrue();
    }

    // --- messages
    // -----------------------------------------------------------------------------------------------------

    @Test
    @NodeTest("test-cluster-message.js")
    @NodeTest("test-cluster-worker-init.js")
    @NodeTest("test-cluster-worker-events.js")
    void messagesGoBothWaysAndTheFirstIsKept() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        subscriptions.add(cluster.onMessage(
                (worker, message) -> heard.add("cluster " + worker.id() + " " + message.as(String.class))));
        ForkedWorker worker = fork();
        // Long before it is online.
        worker.send(new Order("tell", "itself", worker.id()));
        worker.onMessage(message -> heard.add("worker " + message.as(String.class)));
        String text = worker.id() + " heard itself from " + worker.id();
        List<String> both = List.of(next(heard), next(heard));
        assertThat(both).containsExactlyInAnyOrder("worker " + text, "cluster " + worker.id() + " " + text);
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        return String.valueOf(queue.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void workersTalkToEachOtherThroughTheMaster() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        subscriptions.add(cluster.onMessage((worker, message) -> heard.add(message.as(String.class))));
        ForkedWorker one = fork();
        ForkedWorker two = fork();
        ForkedWorker three = fork();
        List.of(one, two, three).forEach(worker -> ask(worker, "env", "HOME", 0));

        assertThat(ask(one, "tell", "hello", two.id())).isEmpty();
        assertThat(next(heard)).isEqualTo(two.id() + " heard hello from " + one.id());
        assertThat(ask(two, "tellPid", "hello", (int) three.pid())).isEmpty();
        assertThat(next(heard)).isEqualTo(three.id() + " heard hello from " + two.id());
        assertThat(ask(three, "tell", "all", 0)).isEmpty();
        assertThat(List.of(next(heard), next(heard)))
                .containsExactlyInAnyOrder(
                        one.id() + " heard all from " + three.id(), two.id() + " heard all from " + three.id());

        assertThat(ask(one, "ask", "hello", two.id())).isEqualTo("hello to you, " + one.id());
        assertThat(ask(one, "ask", "say nothing", two.id())).startsWith("too late: worker " + two.id());
        assertThat(ask(one, "tell", "hello", 999))
                .startsWith("MessageException: ")
                .contains("there is no worker 999");
        assertThat(ask(one, "ask", "hello", 999))
                .startsWith("MessageException: ")
                .contains("there is no worker 999");
        assertThat(heard).isEmpty();
    }

    @Test
    void whatWasToldToBeSentToAWorkerThatLeavesItHasHeard() {
        ForkedWorker worker = fork();
        ask(worker, "exitWithCount");
        order(worker, "disconnect", 0);
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        do {
            sends.add(worker.send(new Order("count", "", 0)));
            LockSupport.parkNanos(200_000);
            // From 128 on a code stands for a signal.
        } while (sends.size() < 127 && !sends.get(sends.size() - 1).isCompletedExceptionally());
        awaitGone(worker);
        int sent = (int) sends.stream()
                .filter(send -> send.isDone() && !send.isCompletedExceptionally())
                .count();
        assertThat(worker.exitStatus()).contains(new ExitStatus.Exited(sent));
    }
}
