package dev.handoff.master;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.control.ControlPeer;
import dev.handoff.control.ControlServer;
import dev.handoff.jvm.CommandLine;
import dev.handoff.launch.Generation;
import dev.handoff.launch.LaunchSpec;
import dev.handoff.launch.WorkerLauncher;
import dev.handoff.launch.WorkerProcess;
import dev.handoff.output.LogLimits;
import dev.handoff.output.LogSink;
import dev.handoff.output.WorkerOutput;
import dev.handoff.process.Signal;
import dev.handoff.unix.PeerCredentials;
import dev.handoff.wire.ControlChannel;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Welcome;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.MessageChannel;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import dev.handoff.workers.ClusterEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker as the supervisor knows it, on a clock of the test's; its process is a real one that does nothing. */
final class IdleWorker implements AutoCloseable {
    final ClusterEvents events = new ClusterEvents();
    final Roster roster = new Roster();
    final SupervisorProxy proxy = new SupervisorProxy(new Inbox());
    final Acceptor acceptor;
    final Lifecycle lifecycle;
    final ManagedWorker worker;
    private final LogSink sink =
            new LogSink(nowhere(), nowhere(), new LogLimits(10, 10_000, 100, 10), System::nanoTime);
    private final ControlServer control;
    private final ControlChannel channel;

    /** One that was started at that time. */
    IdleWorker(ClusterSettings settings, Path directory, long nowNanos) throws IOException {
        acceptor = new Acceptor(directory.resolve("rendezvous"), settings, List.of(), proxy);
        control = new ControlServer(directory.resolve("control"), proxy);
        channel = ControlChannel.connect(directory.resolve("control"));
        Welcome welcome =
                new Welcome(1, Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ZERO, 0, List.of(), Map.of());
        TicketRotation tickets = new TicketRotation(Duration.ofHours(12), nowNanos);
        lifecycle = new Lifecycle(acceptor, events, welcome, tickets, (lost, before, why, lostNanos) -> {});
        WorkerProcess process = new WorkerLauncher((pid, number) -> {})
                .launch(new LaunchSpec(1, List.of("/bin/sh", "-c", "exec sleep 60"), Optional.empty(), Map.of()));
        Generation generation = new Generation(1, settings, CommandLine.parse(List.of("java", "Main")));
        worker = new ManagedWorker(
                new ManagedWorker.Identity(1, 1, generation, Token.random(), nowNanos),
                process.child(),
                WorkerOutput.of(process, 1, 1, sink),
                new Conversation(new MessageChannel(), 1, process.child().pid()),
                Scoreboard.create(directory.resolve("board"), 1, 1),
                leaving -> {});
        roster.add(worker);
    }

    private static PrintStream nowhere() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }

    /** It comes as far as its probe. */
    void getProbed(long nowNanos) {
        ControlPeer peer = new ControlPeer(control, channel, new PeerCredentials((int) worker.pid(), 0, 0), nowNanos);
        lifecycle.online(worker, peer, new Hello(1, 1, 1, worker.token(), "17"), nowNanos);
        lifecycle.probing(worker, nowNanos);
    }

    /** It comes all the way. */
    void getReady(long nowNanos) {
        getProbed(nowNanos);
        lifecycle.ready(worker, nowNanos);
    }

    @Override
    public void close() {
        worker.kill(Signal.KILL);
        channel.close();
        control.close();
        acceptor.close();
        sink.close();
    }
}
