package dev.handoff.master;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.WorkerState;
import dev.handoff.jvm.ChildHandle;
import dev.handoff.jvm.CommandLine;
import dev.handoff.process.Signal;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process that does nothing, on a clock of the test's. */
class LimitsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - SECOND;

    private final ClusterSettings settings = ClusterSettings.defaults()
            .with(Setting.DRAIN_LIMIT, Duration.ofSeconds(20))
            .with(Setting.KILL_AFTER, Duration.ZERO);
    private final LogSink sink = new LogSink(none(), none(), 10, System::nanoTime);
    private final EventBus events = new EventBus();
    private final Path directory;
    private final Acceptor acceptor;
    private final ControlServer control;
    private final ControlChannel channel;
    private final Lifecycle lifecycle;
    private final Limits limits;
    private final ManagedWorker worker;

    LimitsTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        SupervisorProxy proxy = new SupervisorProxy(new Inbox());
        acceptor = new Acceptor(directory.resolve("rendezvous"), settings, List.of(), proxy);
        control = new ControlServer(directory.resolve("control"), proxy);
        channel = ControlChannel.connect(directory.resolve("control"));
        Welcome welcome = new Welcome(1, Duration.ofSeconds(1), Duration.ofSeconds(20), 0, List.of());
        lifecycle = new Lifecycle(acceptor, events, welcome, (lost, before, why, nowNanos) -> {});
        limits = new Limits(
                settings, lifecycle, new BeatWatch(settings, false, lifecycle, new Punctuality(events, NOW)), events);
        worker = fork();
    }

    private static PrintStream none() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }

    private ManagedWorker fork() throws IOException {
        ChildHandle child = new WorkerLauncher((pid, number) -> {})
                .launch(new LaunchSpec(
                        1, List.of("/bin/sh", "-c", "exec sleep 60"), Optional.empty(), Map.of(), Map.of()));
        Generation generation = new Generation(1, settings, CommandLine.parse(List.of("java", "Main")));
        return new ManagedWorker(
                new ManagedWorker.Identity(1, 1, generation, Token.random(), NOW),
                child,
                WorkerOutput.of(child, 1, 1, sink),
                Scoreboard.create(directory.resolve("board"), 1, 1),
                leaving -> {});
    }

    @BeforeEach
    void getReady() {
        ControlPeer peer = new ControlPeer(control, channel, new PeerCredentials((int) worker.pid(), 0, 0), NOW);
        lifecycle.online(worker, peer, new Hello(1, 1, 1, worker.token(), "17"), NOW);
        lifecycle.probing(worker, NOW);
        lifecycle.ready(worker, NOW);
    }

    @AfterEach
    void end() {
        worker.kill(Signal.KILL);
        channel.close();
        control.close();
        acceptor.close();
        sink.close();
    }

    @Test
    void aDrainMayLastAsLongAsItsLimitAndAMoment() {
        lifecycle.drain(worker, NOW, "test");
        assertThat(stateAfter(20 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(21 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whoHasSaidGoodbyeHasAMomentFromThenOn() {
        lifecycle.drain(worker, NOW, "test");
        lifecycle.disconnected(worker, NOW + 15 * SECOND);
        assertThat(stateAfter(15 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(17 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(18 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    @Test
    void whoHasLostUsIsDrainedAndThenHasAMoment() {
        worker.noteGone("test", NOW);
        lifecycle.disconnected(worker, NOW);
        assertThat(stateAfter(2 * SECOND)).isEqualTo(WorkerState.READY);
        assertThat(stateAfter(3 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(5 * SECOND)).isEqualTo(WorkerState.DRAINING);
        assertThat(stateAfter(6 * SECOND)).isEqualTo(WorkerState.TERMINATING);
    }

    private WorkerState stateAfter(long nanos) {
        limits.apply(worker, NOW + nanos);
        return worker.state();
    }
}
