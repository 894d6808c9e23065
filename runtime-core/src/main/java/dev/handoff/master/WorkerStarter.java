package dev.handoff.master;

import dev.handoff.child.ChildChannel;
import dev.handoff.child.ChildHandle;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.launch.Generation;
import dev.handoff.launch.LaunchSpec;
import dev.handoff.launch.WorkerCommands;
import dev.handoff.launch.WorkerLauncher;
import dev.handoff.launch.WorkerProcess;
import dev.handoff.output.LogSink;
import dev.handoff.output.WorkerOutput;
import dev.handoff.process.spi.Logs;
import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.SpareThreads;
import dev.handoff.wire.ChannelHandshake;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.MessageRouter;
import dev.handoff.wire.Role;
import dev.handoff.wire.RoleFile;
import dev.handoff.wire.RuntimeFiles;
import dev.handoff.wire.RuntimePaths;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;

/** Starts the process of a worker, with its role, its share of the machine and its page of the scoreboard. */
final class WorkerStarter {
    private static final Logger LOG = Logs.of(WorkerStarter.class);

    private final WorkerLauncher launcher;
    private final Supplier<RuntimePaths> paths;
    private final WorkerCommands commands;
    private final LogSink sink;
    private final MessageRouter router = new MessageRouter();
    private int lastId;

    WorkerStarter(WorkerLauncher launcher, Supplier<RuntimePaths> paths, WorkerCommands commands, LogSink sink) {
        this.launcher = launcher;
        this.paths = paths;
        this.commands = commands;
        this.sink = sink;
    }

    /**
     * Starts one.
     *
     * @param workers among how many the machine is divided
     * @param disconnectOrder what {@link dev.handoff.cluster.Worker#disconnect()} does
     * @throws IOException if it cannot be started; nothing is left behind
     */
    ManagedWorker start(
            int slot, Generation generation, int workers, long nowNanos, Consumer<ManagedWorker> disconnectOrder)
            throws IOException {
        if (!SpareThreads.leaveRoom()) {
            throw new NoThreadException("a worker in slot " + slot);
        }
        ManagedWorker.Identity identity =
                new ManagedWorker.Identity(++lastId, slot, generation, Token.random(), nowNanos);
        ClusterSettings settings = generation.settings();
        Scoreboard board =
                Scoreboard.create(paths.get().board(identity.id()), identity.id(), settings.count(Setting.EVENT_LOOPS));
        try {
            ChannelHandshake handshake = ChannelHandshake.at(paths.get().channel(identity.id()));
            try {
                WorkerProcess process = launcher.launch(spec(identity, workers, handshake.writeRole(role(identity))));
                return connect(process, identity, handshake, board, disconnectOrder);
            } catch (IOException | RuntimeException e) {
                handshake.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            removeFiles(identity.id());
            throw e;
        }
    }

    /** One that cannot be heard in every way is ended: it would run on, and the master would not know it. */
    private ManagedWorker connect(
            WorkerProcess process,
            ManagedWorker.Identity identity,
            ChannelHandshake handshake,
            Scoreboard board,
            Consumer<ManagedWorker> disconnectOrder)
            throws IOException {
        ChildHandle child = process.child();
        try {
            WorkerOutput output = WorkerOutput.of(
                    process, identity.id(), identity.generation().number(), sink);
            Conversation messages = ChildChannel.open(handshake, child, identity.id(), router::join);
            child.whenExited(status -> messages.peerExited());
            return new ManagedWorker(identity, child, output, messages, board, disconnectOrder);
        } catch (IOException | RuntimeException e) {
            process.undo();
            throw e;
        }
    }

    private LaunchSpec spec(ManagedWorker.Identity identity, int workers, RoleFile role) {
        return commands.spec(identity.id(), identity.slot(), identity.generation(), workers, role.jvmFlag());
    }

    private Role role(ManagedWorker.Identity identity) {
        return Role.ofChild(
                identity.id(),
                identity.slot(),
                identity.generation().number(),
                paths.get().directory(),
                identity.token());
    }

    /** Removes the files of a worker that is gone: its page, and its role if it has not read that. */
    void removeFiles(int workerId) {
        for (Path file : List.of(paths.get().board(workerId), paths.get().role(workerId))) {
            try {
                RuntimeFiles.remove(file);
            } catch (IOException e) {
                LOG.warn("cannot remove {}: {}; it goes with the directory", file, e.toString());
            }
        }
    }

    /** Sends what the JDK cannot send. */
    static WorkerLauncher launcher() {
        return new WorkerLauncher((pid, number) -> dev.handoff.unix.Signals.send(pid, number));
    }
}
