package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A child as its parent sees it: Node's {@code child_process}.
 *
 * <p>{@code spawn} streams what the child says, {@code execFile} and {@code exec} collect it, {@code exec} lets a shell
 * read the command; {@code fork} adds a channel for messages. What ends in {@code Sync} waits for the end.
 *
 * <p>Events, each at most once: <em>spawn</em>, then <em>exit</em> when the process has ended, then <em>close</em> when all
 * that it said has been told as well, be it hours later because a grandchild still holds the pipe. One that could not be
 * started has <em>error</em>, then <em>close</em>, and no <em>exit</em>. Whoever subscribes after an event came hears of
 * it all the same. Started and subscribed to on {@code handoff-events} itself, in a listener or by {@link
 * CurrentProcess#nextTick}, nothing comes in between, as in Node.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}; one that throws
 * stops no other. A child keeps this JVM alive until its end, as in Node, unless {@link #unref()} is said.
 *
 * <p>A JVM sees the exit code as a shell does: 128 + n reads as signal n, see {@link ExitStatus}.
 *
 * @see <a href="https://nodejs.org/api/child_process.html">Node's documentation</a>
 */
public interface ChildProcess extends Peer, AutoCloseable {
    /**
     * Starts a program; no shell looks at the words.
     *
     * @param file a path, or a name that is looked up in the PATH of {@link CurrentProcess#env()}
     * @return a child, also if it could not be started: then its error event says why
     * @throws IllegalArgumentException if a word has a null byte
     */
    static ChildProcess spawn(String file, String... arguments) {
        return spawn(SpawnOptions.of(file, arguments));
    }

    /** Starts a program. As {@link #spawn(String, String...)}. */
    static ChildProcess spawn(SpawnOptions options) {
        return ProcessProvider.get().spawn(options);
    }

    /** Lets {@code /bin/sh} run a command, and collects what it says for {@link #output()}. */
    static ChildProcess exec(String command) {
        return execFile(SpawnOptions.of(command).shell());
    }

    /** Starts a program, and collects what it says for {@link #output()}. */
    static ChildProcess execFile(String file, String... arguments) {
        return execFile(SpawnOptions.of(file, arguments));
    }

    /** Starts a program, and collects what it says for {@link #output()}. */
    static ChildProcess execFile(SpawnOptions options) {
        return ProcessProvider.get().collect(options);
    }

    /**
     * Starts a class of this program in a JVM of its own, with this JVM's flags and class path, the same standard streams as
     * this process, and a channel: what it does with {@link CurrentProcess#send} and {@link CurrentProcess#onMessage} is the
     * other end. What is sent before it listens is kept.
     *
     * @param main with a {@code main} method, which gets the arguments
     */
    static ChildProcess fork(Class<?> main, String... arguments) {
        return fork(SpawnOptions.ofMain(main, arguments).stdio(Stdio.inherit()));
    }

    /**
     * Starts a program with a channel. Any program that has this runtime can take it up; it must be this process's own child,
     * not one of a shell in between.
     */
    static ChildProcess fork(SpawnOptions options) {
        return ProcessProvider.get().fork(options);
    }

    /**
     * Lets {@code /bin/sh} run a command and waits for its end; its standard input is empty.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execSync(String command) {
        return execFileSync(SpawnOptions.of(command).shell());
    }

    /**
     * Starts a program and waits for its end; its standard input is empty.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execFileSync(String file, String... arguments) {
        return execFileSync(SpawnOptions.of(file, arguments));
    }

    /**
     * Starts a program and waits for its end; its standard input is empty unless the options say what it reads.
     *
     * @throws ChildProcessException if it does not end with code 0
     */
    static Output execFileSync(SpawnOptions options) {
        return ProcessProvider.get().run(options);
    }

    /**
     * Starts a program and waits for its end, however it ends; its standard input is empty unless the options say what it
     * reads.
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

    /** Always 0: a child has no number but its pid. */
    @Override
    default int id() {
        return 0;
    }

    /** The process id; -1 if it could not be started. */
    @Override
    long pid();

    /** Whether the channel is open: from the fork on, although the child may take it up later. */
    @Override
    boolean isConnected();

    /** Ends the channel once what waits has been sent. Without one, and a second time, it changes nothing. */
    void disconnect();

    /**
     * What the child reads from its standard input. One that could not be started reads nothing: writes fail.
     *
     * @throws IllegalStateException if that is no pipe, or there was no descriptor for one
     */
    ChildInput stdin();

    /**
     * What the child writes to its standard output: nothing if it could not be started.
     *
     * @throws IllegalStateException if that is no pipe, or there was no descriptor for one
     */
    Source stdout();

    /**
     * What the child writes to its standard error: nothing if it could not be started.
     *
     * @throws IllegalStateException if that is no pipe, or there was no descriptor for one
     */
    Source stderr();

    /**
     * What the child has said until its end, of {@code exec} and {@code execFile}. Fails with {@link
     * ChildProcessException}, which has the output as well, if it could not be started, did not end with code 0, or was
     * sent the kill signal: because of its time limit, its output limit, or a cancellation. Dependants without an executor
     * of their own run on a thread of the child's and should not block.
     *
     * @throws IllegalStateException if nobody collects what this child says
     */
    CompletableFuture<Output> output();

    /**
     * Sends a signal; {@link Signal#NONE} only asks.
     *
     * @return false if the process is gone
     * @throws java.io.UncheckedIOException if the kernel refuses although the process is there
     */
    boolean kill(Signal signal);

    /** Sends TERM. As {@link #kill(Signal)}. */
    default boolean kill() {
        return kill(Signal.TERM);
    }

    /** Whether a signal was sent from here, which says nothing about whether it died of it. */
    boolean killed();

    /** How the process ended, once it has. */
    Optional<ExitStatus> exitStatus();

    /** Lets this JVM end although the child lives. */
    void unref();

    /** Sends KILL if it is alive. Does not wait. */
    @Override
    void close();

    /** Called when the process has been started: before any other event. */
    Subscription onSpawn(Runnable listener);

    /**
     * Called with a {@link ChildProcessException} if it could not be started, or was cancelled. Without a listener within
     * a second that is logged.
     */
    Subscription onError(Consumer<? super ChildProcessException> listener);

    /** Called when the process has ended. What it said may still be on its way. */
    Subscription onExit(Consumer<? super ExitStatus> listener);

    /**
     * Called with each message that the child sends. While there is no listener they are kept for the next; the child
     * has to wait when they are more than 1 MiB.
     *
     * @throws IllegalStateException if the child was not forked
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /**
     * Called when the channel has ended, from whichever side, and all messages were told; of a child that could not be started, after
     * its close event.
     *
     * @throws IllegalStateException if the child was not forked
     */
    Subscription onDisconnect(Runnable listener);

    /**
     * Called when the process has ended, and all that it said was told or, if nobody wanted it, dropped. One that could not
     * be started ends with code 127, as a shell says.
     */
    Subscription onClose(Consumer<? super ExitStatus> listener);

    /**
     * What a child writes. The first listener gets all from the beginning; until there is one, the child has to wait when
     * the pipe is full. What is there when the process ends is kept, up to 64 KiB, for a listener that comes late. What comes after the last
     * listener was closed is dropped, as in Node.
     *
     * <p>Either listeners or the stream: whoever comes first decides, and the other is refused with an {@link
     * IllegalStateException}.
     */
    interface Source {
        /** Called with what came, as it comes; the array is the listener's, unless there are several. */
        Subscription onData(Consumer<? super byte[]> listener);

        /**
         * Called with each line, without its end: newline, or carriage return and newline. What stands behind the last one is
         * told at the end. A line longer than {@link SpawnOptions#maxBuffer()} comes in pieces of whole characters.
         */
        Subscription onLine(Consumer<? super String> listener);

        /** The same as a stream: the reader holds the child back. The same one at each call. */
        InputStream stream();
    }
}
