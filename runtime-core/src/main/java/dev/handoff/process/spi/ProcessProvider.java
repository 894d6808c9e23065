package dev.handoff.process.spi;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.Output;
import dev.handoff.process.SpawnOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** What the public types need from the implementation: to start processes, to send and receive signals. A service. */
public interface ProcessProvider {
    /** Starts a child that streams its output. */
    ChildProcess spawn(SpawnOptions options);

    /** Starts a child whose output is collected. */
    ChildProcess collect(SpawnOptions options);

    /** Starts a child that streams its output, and has a channel. */
    ChildProcess fork(SpawnOptions options);

    /** The channel to the process that forked this one; empty if it was not forked. */
    Optional<ParentChannel> parent();

    /** Connects a stream socket to an address. */
    Handle connect(InetSocketAddress address) throws IOException;

    /** Listens on an address. */
    Handle listen(InetSocketAddress address) throws IOException;

    /** Opens a UDP socket on an address. */
    Handle bind(InetSocketAddress address) throws IOException;

    /**
     * Runs a child to its end.
     *
     * @throws dev.handoff.process.ChildProcessException if it does not end with code 0
     */
    Output run(SpawnOptions options);

    /**
     * Sends a signal.
     *
     * @param number 0 sends no signal, and only checks whether the process exists
     * @return false if there is no such process
     * @throws IOException if the kernel refuses
     * @throws IllegalArgumentException if that is no single process
     */
    boolean kill(long pid, int number) throws IOException;

    /**
     * Calls an action on each arrival of a signal. The action must not block the thread.
     *
     * @param name without SIG
     * @return restores what the signal did before
     * @throws IllegalArgumentException if the JVM needs that signal for itself
     */
    Runnable handleSignal(String name, Runnable action);

    /** The environment variables that this process was started with, except those that were meant for it alone. */
    Map<String, String> environment();

    /**
     * Sets the working directory for children.
     *
     * @param directory an existing one, absolute
     */
    void enter(Path directory);

    /**
     * How this process was started.
     *
     * @throws IllegalStateException if that cannot be read
     */
    Started started();

    /**
     * How a process was started.
     *
     * @param java the launcher's path
     * @param jvmOptions the flags of its JVM
     * @param main the class, the jar, the module or the source file that it runs
     * @param arguments of its main method
     */
    record Started(String java, List<String> jvmOptions, String main, List<String> arguments) {}

    /** The provider on the class path. */
    static ProcessProvider get() {
        return Holder.PROVIDER;
    }

    /** Looked up once. */
    final class Holder {
        private static final ProcessProvider PROVIDER = ServiceLoader.load(ProcessProvider.class)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("runtime-core's services are missing from the class path"));

        private Holder() {}
    }
}
