package dev.handoff.master;

import java.io.File;
import java.io.IOException;

/** Starts processes. Any thread may call; a call takes a few milliseconds, in which the kernel copies page tables. */
final class WorkerLauncher {
    private static final String MECHANISM = "jdk.lang.Process.launchMechanism";

    private final SignalSender signals;

    /**
     * A launcher.
     *
     * @param signals how the children are sent what the JDK cannot send: all but TERM and KILL
     */
    WorkerLauncher(SignalSender signals) {
        this.signals = signals;
        survivePatchedJdk();
    }

    /**
     * The JDK's default goes through a helper program of the JDK on disk, which refuses to serve a JVM of another
     * version: once the JDK is upgraded in place, a long-lived master could never start a worker again. Plain fork
     * needs no file. Read by the JDK once, at its first spawn.
     */
    private static void survivePatchedJdk() {
        if (System.getProperty(MECHANISM) == null) {
            System.setProperty(MECHANISM, "FORK");
        }
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
        return ChildHandle.watch(start(builder, spec), spec.workerId(), signals);
    }

    private static Process start(ProcessBuilder builder, LaunchSpec spec) throws IOException {
        try {
            return builder.start();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot start worker " + spec.workerId() + ": " + e.getMessage(), e);
        }
    }
}
