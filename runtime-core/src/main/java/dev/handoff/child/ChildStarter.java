package dev.handoff.child;

import dev.handoff.child.Launcher.Launched;
import dev.handoff.process.SpawnOptions;
import dev.handoff.unix.Signals;
import dev.handoff.wire.ChannelHandshake;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.Role;
import dev.handoff.wire.RoleFile;
import dev.handoff.wire.RuntimePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Starts children; one that cannot be started is a child as well, which tells its error. */
final class ChildStarter {
    private ChildStarter() {}

    /** Starts one. */
    static Child start(SpawnOptions options) {
        return start(options, false, Signals::send);
    }

    /** Starts one whose output is collected. */
    static Child startCollecting(SpawnOptions options) {
        return startCollecting(options, Signals::send);
    }

    /** As the other, with what sends the signals that the JDK cannot send. */
    static Child startCollecting(SpawnOptions options, SignalSender signals) {
        return start(options, true, signals);
    }

    private static Child start(SpawnOptions options, boolean collects, SignalSender signals) {
        try {
            Launched launched = new Launcher(options, Optional.empty(), signals).launch();
            Child child = new Child(options, Optional.of(launched), Optional.empty(), collects);
            child.begin(launched);
            return child;
        } catch (IOException e) {
            return stillborn(options, collects, false, e);
        }
    }

    /** Starts one that has a channel. */
    static Child fork(SpawnOptions options) {
        return fork(
                options,
                ChannelHandshake::open,
                ChannelHandshake::writeRole,
                0,
                (channel, conversation) -> conversation);
    }

    /** Starts a worker, which has a channel. */
    static Child fork(SpawnOptions options, Role role, ChildChannel.Hearing hearing) {
        Path path = new RuntimePaths(role.directory()).channel(role.workerId());
        return fork(
                options,
                () -> ChannelHandshake.at(path),
                handshake -> handshake.writeRole(role),
                role.workerId(),
                hearing);
    }

    private interface Doors {
        ChannelHandshake open() throws IOException;
    }

    private interface Invitations {
        RoleFile write(ChannelHandshake handshake) throws IOException;
    }

    private static Child fork(
            SpawnOptions options, Doors handshakes, Invitations invitations, int id, ChildChannel.Hearing hearing) {
        try {
            ChannelHandshake handshake = handshakes.open();
            try {
                return fork(options, handshake, invitations.write(handshake), id, hearing);
            } catch (IOException | RuntimeException e) {
                handshake.close();
                throw e;
            }
        } catch (IOException e) {
            return stillborn(options, e);
        }
    }

    private static Child fork(
            SpawnOptions options, ChannelHandshake handshake, RoleFile role, int id, ChildChannel.Hearing hearing)
            throws IOException {
        Launched launched = new Launcher(options, Optional.of(role), Signals::send).launch();
        try {
            Conversation conversation = ChildChannel.open(handshake, launched.process(), id, hearing);
            Child child = new Child(options, Optional.of(launched), Optional.of(conversation), false);
            child.begin(launched);
            return child;
        } catch (IOException e) {
            launched.undo();
            throw e;
        }
    }

    /** One that was to have a channel, and could not be started. */
    static Child stillborn(SpawnOptions options, IOException why) {
        return stillborn(options, false, true, why);
    }

    private static Child stillborn(SpawnOptions options, boolean collects, boolean forked, IOException why) {
        boolean hasStreams = why instanceof NotStartedException launch && launch.hadStreams();
        Child child = Child.stillborn(options, collects, forked, hasStreams);
        child.stillborn(why);
        return child;
    }
}
