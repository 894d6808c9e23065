package dev.handoff.child;

import dev.handoff.process.ChildProcessException;
import dev.handoff.process.ChildProcessException.Reason;
import dev.handoff.process.Output;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import java.util.concurrent.ExecutionException;

/** A child whose end the caller waits for. */
final class SyncRun {
    private final SpawnOptions options;

    SyncRun(SpawnOptions options) {
        boolean saysNothing = options.input().isEmpty() && options.stdin().kind() == Stdio.Kind.PIPE;
        this.options = saysNothing ? options.stdin(Stdio.ignore()) : options;
    }

    /** Needs no events: listeners may call it. */
    Output run() {
        Child child = ChildStarter.startCollecting(options);
        try {
            return child.output().get();
        } catch (ExecutionException e) {
            throw as(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            child.kill(Signal.KILL);
            throw new ChildProcessException(
                    Reason.CANCELLED, "interrupted while waiting for " + options + ": sent KILL", null, e);
        }
    }

    /** One made here, so that its trace shows the caller. */
    private static ChildProcessException as(ExecutionException e) {
        if (e.getCause() instanceof ChildProcessException failure) {
            return new ChildProcessException(
                    failure.reason(),
                    String.valueOf(failure.getMessage()),
                    failure.output().orElse(null),
                    failure.getCause());
        }
        throw new IllegalStateException("a child's output failed in an unexpected way", e);
    }
}
