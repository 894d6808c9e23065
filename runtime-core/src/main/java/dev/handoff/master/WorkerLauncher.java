package dev.handoff.master;

import dev.handoff.jvm.ChildHandle;
import dev.handoff.jvm.LaunchMechanism;
import dev.handoff.jvm.SignalSender;
import java.io.File;
import java.io.IOException;

/** Starts processes. Any thread may call; a call takes a few milliseconds, in which the kernel copies page tables. */
final class WorkerLauncher {
    private final SignalSender signals;

    /**
     * A launcher.
     *
     * @param signals how the children are sent what the JDK cannot send: all but TERM and KILL
     */
    WorkerLauncher(SignalSender signals) {
        this.signals = signals;
        LaunchMechanism.survivePatchedJdk();
    }

    /**
     * Starts a process with {@code /dev/null} as its standard input and pipes to us as its standard output and error.
     * It inherits no other descriptor.
     *
     * @throws IOException if it cannot be started; the message names worker, program and reason
     */
    ChildHandle launch(LaunchSpec spec) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(spec.command()).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        spec.directory().ifPresent(directory -> builder.directory(directory.toFile()));
        builder.environment().putAll(spec.addedEnvironment());
        return ChildHandle.watch(start(builder, spec), "handoff-worker-" + spec.workerId() + "-exit", signals);
    }

    private static Process start(ProcessBuilder builder, LaunchSpec spec) throws IOException {
        try {
            return builder.start();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot start worker " + spec.workerId() + ": " + e.getMessage(), e);
        }
    }
}
