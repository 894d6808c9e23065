package dev.handoff.child;

import dev.handoff.child.ChildChannel.Hearing;
import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.SpawnOptions;
import dev.handoff.wire.Conversation;
import dev.handoff.wire.Role;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A child with a channel, as its master sees it: with what no program is shown. Any thread may call. */
public final class ForkedChild {
    private final Child child;

    private ForkedChild(Child child) {
        this.child = child;
    }

    /**
     * Starts one. It keeps this JVM alive until its end.
     *
     * @param role what it is told of itself
     * @return one that tells its error if it could not be started
     */
    public static ForkedChild start(SpawnOptions options, Role role, Hearing hearing) {
        return keptAlive(ChildStarter.fork(options, role, hearing));
    }

    /** One that could not be started. */
    public static ForkedChild stillborn(SpawnOptions options, IOException why) {
        return keptAlive(ChildStarter.stillborn(options, why));
    }

    private static ForkedChild keptAlive(Child child) {
        child.keepJvmAlive();
        return new ForkedChild(child);
    }

    /** What programs see. */
    public ChildProcess process() {
        return child;
    }

    /** Its channel; empty if it could not be started. */
    public Optional<Conversation> conversation() {
        return child.conversation();
    }

    /**
     * Its end, as soon as the kernel reports it: dependants run on the thread that waits and should do no more than enqueue. 127
     * at once if it could not be started.
     */
    public CompletableFuture<ExitStatus> exit() {
        return child.exit();
    }
}
