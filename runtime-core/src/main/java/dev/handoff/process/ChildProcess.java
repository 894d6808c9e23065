package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The parent's view of a child: Node's {@code child_process}.
 *
 * <p>{@code spawn} streams the child's output, {@code execFile} and {@code exec} collect it, {@code exec} runs the command in a shell;
 * {@code fork} adds a channel for messages. Methods that end in {@code Sync} wait for the child's end.
 *
 * <p>The events, each at most once: <em>spawn</em>; <em>exit</em>, when the process has ended; <em>close</em>, when listeners were called with
 * all its output too, which may be hours later if a grandchild still has the pipe open. A child that could not be started has <em>error</em>,
 * then <em>close</em>, and no <em>exit</em>. A listener that is added after an event is called all the same. If a program starts a child and
 * adds its listeners on {@code handoff-events} itself, in a listener or by {@link CurrentProcess#nextTick}, no event comes in between, as in
 * Node.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}; one that throws does not stop the
 * others. A child keeps this JVM alive until its end, as in Node, unless {@link #unref()} was called.
 *
 * <p>A JVM sees the exit code as a shell does: 128 + n reads as signal n, see {@link ExitStatus}.
 *
 * @see <a href="https://nodejs.org/api/child_process.html">Node's documentation</a>
 */
public interface ChildProcess extends Peer, AutoCloseable {
    /**
     * Starts a program, without a shell.
     *
     * @param file a path, or a name that is looked up in the PATH of {@link CurrentProcess#env()}
     * @return a child, even if it could not be started: then its error event says why
     * @throws IllegalArgumentException if a word has a null byte
     */
    static ChildProcess spawn(String file, String... arguments) {
        return spawn(SpawnOptions.of(file, arguments));
    }

    /** Starts a program. As {@link #spawn(String, String...)}. */
    static ChildProcess spawn(SpawnOptions options) {
        return ProcessProvider.get().spawn(options);
    }

    /** Runs a command in {@code /bin/sh}, and collects its output for {@link #output()}. */
    static ChildProcess exec(String command) {
        return execFile(SpawnOptions.of(command).shell());
    }

    /** Starts a program, and collects its output for {@link #output()}. */
    static ChildProcess execFile(String file, String... arguments) {
        return execFile(SpawnOptions.of(file, arguments));
    }

    /** Starts a program, and collects its output for {@link #output()}. */
    static ChildProcess execFile(SpawnOptions options) {
        return ProcessProvider.get().collect(options);
    }

    /**
     * Starts a class of this program in a new JVM, with this JVM's flags and class path, the same standard streams as this process, and a
     * channel. In the child, {@link CurrentProcess#send} and {@link CurrentProcess#onMessage} are the other end. Messages that are sent before
     * it listens are kept.
     *
     * @param main with a {@code main} method, which gets the arguments
     */
    static ChildProcess fork(Class<?> main, String... arguments) {
        return fork(SpawnOptions.ofMain(main, arguments).stdio(Stdio.inherit()));
    }

    /**
     * Starts a program with a channel. Any program that has this runtime can use it, if it is this process's own child, and not the child of a
     * shell in between.
     */
    static ChildProcess fork(SpawnOptions options) {
        return ProcessProvider.get().fork(options);
    }

    /**
     * Runs a command in {@code /bin/sh} and waits for its end. Its standard input is empty.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execSync(String command) {
        return execFileSync(SpawnOptions.of(command).shell());
    }

    /**
     * Starts a program and waits for its end. Its standard input is empty.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execFileSync(String file, String... arguments) {
        return execFileSync(SpawnOptions.of(file, arguments));
    }

    /**
     * Starts a program and waits for its end. Its standard input is empty unless the options set it.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execFileSync(SpawnOptions options) {
        return ProcessProvider.get().run(options);
    }

    /**
     * Starts a program and waits for its end, with any exit code. Its standard input is empty unless the options set it.
     *
     * @throws ChildProcessException if it could not be started, or was sent the kill signal
     */
    static Output spawnSync(SpawnOptions options) {
        try {
            return execFileSync(options);
        } catch (ChildProcessException e) {
            if (e.reason() != ChildProcessException.Reason.FAILED) {
                throw e;
            }
            return e.output().orElseThrow(() -> e);
        }
    }

    /** Always 0: a child has only a pid. */
    @Override
    default int id() {
        return 0;
    }

    /** The process id; -1 if it could not be started. */
    @Override
    long pid();

    /** Whether the channel is open: from the fork on, although the child may connect later. */
    @Override
    boolean isConnected();

    /** Ends the channel when all messages that wait have been sent. Without a channel, or at a second call, changes nothing. */
    void disconnect();

    /**
     * The child's standard input. If the child could not be started, writes fail.
     *
     * @throws IllegalStateException if it is no pipe, or there was no descriptor for one
     */
    ChildInput stdin();

    /**
     * The child's standard output; empty if the child could not be started.
     *
     * @throws IllegalStateException if it is no pipe, or there was no descriptor for one
     */
    Source stdout();

    /**
     * The child's standard error; empty if the child could not be started.
     *
     * @throws IllegalStateException if it is no pipe, or there was no descriptor for one
     */
    Source stderr();

    /**
     * The output that {@code exec} or {@code execFile} has collected, when the child has ended. Fails with {@link ChildProcessException}, which has
     * the output too, if the child could not be started, did not end with code 0, or was sent the kill signal: at its time limit, at its output
     * limit, or by a cancellation. Dependent stages without an executor run on a thread of the child and should not block.
     *
     * @throws IllegalStateException if this child's output is not collected
     */
    CompletableFuture<Output> output();

    /**
     * Sends a signal; {@link Signal#NONE} only checks whether the process exists.
     *
     * @return false if the process has ended
     * @throws java.io.UncheckedIOException if the kernel refuses although the process exists
     */
    boolean kill(Signal signal);

    /** Sends TERM. As {@link #kill(Signal)}. */
    default boolean kill() {
        return kill(Signal.TERM);
    }

    /** Whether this process has sent it a signal; that does not tell whether it died of it. */
    boolean killed();

    /** How the process ended, once it has. */
    Optional<ExitStatus> exitStatus();

    /** Lets this JVM end although the child is alive. */
    void unref();

    /** Sends KILL if it is alive. Does not wait. */
    @Override
    void close();

    /** Calls the listener when the process was started: before any other event. */
    Subscription onSpawn(Runnable listener);

    /**
     * Calls the listener with a {@link ChildProcessException} if the child could not be started, or was cancelled. If there is no listener
     * within a second, it is logged.
     */
    Subscription onError(Consumer<? super ChildProcessException> listener);

    /** Calls the listener when the process has ended. Its output may not be complete yet. */
    Subscription onExit(Consumer<? super ExitStatus> listener);

    /**
     * Calls the listener with each message of the child. While there is no listener the messages are kept for the next one; the child has to
     * wait when they are more than 1 MiB.
     *
     * @throws IllegalStateException if the child was not forked
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /**
     * Calls the listener when the channel has ended, by either side, and listeners were called with all messages; for a child that could not be
     * started, after its close event.
     *
     * @throws IllegalStateException if the child was not forked
     */
    Subscription onDisconnect(Runnable listener);

    /**
     * Calls the listener when the process has ended, and listeners were called with all its output, or the output was dropped because there is
     * no listener. A child that could not be started has code 127, as in a shell.
     */
    Subscription onClose(Consumer<? super ExitStatus> listener);

    /**
     * The output of a child. The first listener gets everything from the beginning; while there is none, the child has to wait when the pipe is
     * full. When the process ends, up to 64 KiB of unread output are kept for a listener that is added later. Output after the last listener was
     * closed is dropped, as in Node.
     *
     * <p>A program uses either listeners or the stream: the first use decides, and the other is refused with an {@link IllegalStateException}.
     */
    interface Source {
        /** Calls the listener with the bytes as they come. The listener may keep the array; several listeners share it. */
        Subscription onData(Consumer<? super byte[]> listener);

        /**
         * Calls the listener with each line, without its end: newline, or carriage return and newline. Text behind the last line end comes at
         * the end. A line longer than {@link SpawnOptions#maxBuffer()} comes in pieces of whole characters.
         */
        Subscription onLine(Consumer<? super String> listener);

        /** The output as a stream: the child waits while it is not read. The same object at each call. */
        InputStream stream();
    }
}
