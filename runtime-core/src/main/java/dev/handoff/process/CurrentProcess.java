package dev.handoff.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.process.spi.Channel;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.ProcessProvider.Started;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * This process: Node's {@code process}.
 *
 * <p>Loading this class changes nothing in the JVM. Hooks, handlers and threads are installed by the first listener that
 * needs them, and {@link #exitCode(int)}.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}, but those of {@link
 * #onExit}.
 *
 * @see <a href="https://nodejs.org/api/process.html">Node's documentation</a>
 */
public final class CurrentProcess {
    private static final WorkingDirectory DIRECTORY = new WorkingDirectory();
    private static final Ending ENDING = new Ending();
    private static final Uncaught UNCAUGHT = new Uncaught(ENDING);
    private static final SignalListeners SIGNALS = new SignalListeners();
    private static final Listeners<Warning> WARNINGS = new Listeners<>();
    private static final Path COMM = Path.of("/proc/self/comm");
    private static final int COMM_BYTES = 15;

    private static volatile boolean printsWarnings = true;

    private CurrentProcess() {}

    /**
     * How this process was started: the launcher's path, what it runs (class, jar, module or source file), and the program's arguments.
     *
     * @return a new list, which the caller may change
     * @throws IllegalStateException if that cannot be read
     */
    public static List<String> argv() {
        Started started = ProcessProvider.get().started();
        List<String> argv = new ArrayList<>(List.of(started.java(), started.main()));
        argv.addAll(started.arguments());
        return argv;
    }

    /** The flags that this JVM was started with. */
    public static List<String> execArgv() {
        return ProcessProvider.get().started().jvmOptions();
    }

    /** The path of the launcher that started this JVM. */
    public static Path execPath() {
        return Path.of(ProcessProvider.get().started().java());
    }

    /**
     * The environment variables that children of this process get. The map is live: children that are started after a change see it. {@link
     * System#getenv()} does not change. A name or value that cannot be a variable is refused with an {@link IllegalArgumentException}.
     *
     * <p>Variables are written and read in UTF-8, whatever the locale. Children inherit unchanged variables byte for byte.
     */
    public static Map<String, String> env() {
        return Live.ENVIRONMENT;
    }

    private static final class Live {
        private static final Environment ENVIRONMENT = new Environment();
    }

    /** The process id. */
    public static long pid() {
        return ProcessHandle.current().pid();
    }

    /** The parent's process id, as it is now; 0 if the parent is in another namespace. */
    public static long ppid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    /** The system, as Node names it: {@code linux}. */
    public static String platform() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }

    /** The processor, as Node names it: {@code x64} or {@code arm64}; any other as the JVM names it. */
    public static String arch() {
        String arch = System.getProperty("os.arch");
        return switch (arch) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> arch;
        };
    }

    /** The JVM's version, such as {@code 17.0.15+6}. */
    public static String version() {
        return Runtime.version().toString();
    }

    /** The name that ps(1) shows for this process. */
    public static String title() {
        try {
            return new String(Files.readAllBytes(COMM), UTF_8).replaceFirst("\n$", "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read this process's title: " + e, e);
        }
    }

    /**
     * Changes the name that ps(1) shows in its column COMM.
     *
     * @param title the kernel keeps 15 bytes: as many whole characters in UTF-8 as fit
     * @throws IllegalArgumentException if it has a null byte, or half of a surrogate pair
     */
    public static void title(String title) {
        Words.check("cannot name this process: ", "the title", title);
        try {
            Files.write(COMM, firstBytes(title));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot change this process's title to " + title + ": " + e, e);
        }
    }

    private static byte[] firstBytes(String title) {
        ByteBuffer kept = ByteBuffer.allocate(COMM_BYTES);
        UTF_8.newEncoder().encode(CharBuffer.wrap(title), kept, true);
        // A write of nothing would change nothing: the null byte ends an empty title, too.
        return Arrays.copyOf(kept.array(), kept.position() + 1);
    }

    /** The working directory, as {@link #chdir} has set it: children start in it. Absolute. */
    public static Path cwd() {
        return DIRECTORY.get();
    }

    /**
     * Changes the directory that {@link #cwd()} gives and that children start in. A JVM cannot change its own working directory: other code
     * still resolves relative paths against the old one. Use {@code cwd().resolve(path)}.
     *
     * @param directory absolute, or relative to {@link #cwd()}
     * @throws UncheckedIOException if it does not exist, or is no directory
     */
    public static void chdir(Path directory) {
        DIRECTORY.change(directory);
    }

    /**
     * Runs a task on {@code handoff-events} after the current listener and before everything that waits, but after earlier ticks. Ignored when
     * this process exits.
     */
    public static void nextTick(Runnable task) {
        EventThread.get().nextTick(task);
    }

    /** Exits with {@link #exitCode()}. As {@link #exit(int)}. */
    public static void exit() {
        ENDING.exit(ENDING.exitCode());
    }

    /**
     * Calls the exit listeners, on this thread, and ends this process; does not return. From within an exit listener it ends
     * the process at once with that code.
     *
     * @param code 0 to 255; of other numbers the lowest eight bits count
     */
    public static void exit(int code) {
        ENDING.exit(code);
    }

    /** The code with which this process will end, unless another one is set. */
    public static int exitCode() {
        return ENDING.exitCode();
    }

    /** Sets the code with which this process ends when nothing is left to do, or by {@link #exit()}. */
    public static void exitCode(int code) {
        ENDING.exitCode(code);
        watchEnd();
    }

    /**
     * Sends a signal to any process.
     *
     * @param signal {@link Signal#NONE} only checks whether there is such a process
     * @return false if there is no such process
     * @throws IllegalArgumentException if the pid is 0 or negative: groups are not signalled
     * @throws UncheckedIOException if the kernel refuses, as for another user's process
     */
    public static boolean kill(long pid, Signal signal) {
        try {
            return ProcessProvider.get().kill(pid, signal.number());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send " + signal + " to pid " + pid + ": " + e.getMessage(), e);
        }
    }

    /**
     * The process that forked this one, see {@link ChildProcess#fork}. The first call opens the channel. The channel keeps this process alive
     * while it has a listener, and while messages wait to be sent.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     * @throws MessageException if the parent is gone, or has given up the channel
     */
    public static Peer parent() {
        return channel();
    }

    private static Channel channel() {
        return ProcessProvider.get()
                .parent()
                .orElseThrow(() -> new IllegalStateException(
                        "this process has no channel to its parent: it was not started by ChildProcess.fork"));
    }

    /** Whether there is an open channel to the parent. */
    public static boolean isConnected() {
        return ProcessProvider.get().parent().map(Channel::isConnected).orElse(false);
    }

    /** Sends a message to the parent. As {@link Peer#send(Object)} of {@link #parent()}. */
    public static CompletableFuture<Void> send(Object message) {
        return channel().send(message);
    }

    /** Sends a message with a socket to the parent. As {@link Peer#send(Object, Handle)} of {@link #parent()}. */
    public static CompletableFuture<Void> send(Object message, Handle handle) {
        return channel().send(message, handle);
    }

    /** Ends the channel to the parent when all messages that wait have been sent. A second call changes nothing. */
    public static void disconnect() {
        channel().disconnect();
    }

    /**
     * Calls the listener with each message of the parent. While there is no listener the messages are kept for the next one.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     */
    public static Subscription onMessage(Consumer<? super Message> listener) {
        UNCAUGHT.install();
        return channel().onMessage(listener);
    }

    /**
     * Calls the listener when the channel to the parent has ended, by either side or by the parent's death.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     */
    public static Subscription onDisconnect(Runnable listener) {
        UNCAUGHT.install();
        return channel().onDisconnect(listener);
    }

    /** Nanoseconds of a clock that never goes back; only differences have a meaning. */
    public static long hrtime() {
        return System.nanoTime();
    }

    /** How much memory this process uses. */
    public static MemoryUsage memoryUsage() {
        return MemoryUsage.now();
    }

    /** How long this JVM has been running. */
    public static Duration uptime() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    /** Emits a warning, as {@link #emitWarning(Warning)}. */
    public static void emitWarning(String message) {
        emitWarning(Warning.of(message));
    }

    /** Prints a warning to standard error, see {@link #printWarnings}, and calls the listeners, on the next tick. */
    public static void emitWarning(Warning warning) {
        nextTick(() -> {
            if (printsWarnings) {
                System.err.println("(java:" + pid() + ") " + warning);
            }
            WARNINGS.tell(warning);
        });
    }

    /** Sets whether warnings are printed; default: yes. Listeners are called in any case. */
    public static void printWarnings(boolean print) {
        printsWarnings = print;
    }

    /** Calls the listener with each warning. */
    public static Subscription onWarning(Consumer<? super Warning> listener) {
        return WARNINGS.add(listener);
    }

    /**
     * Calls the listener with {@link #exitCode()} when nothing is left to do: only daemon threads are alive, no child and no channel keeps this
     * process alive, nothing waits on {@code handoff-events}. If a listener starts a child or a thread, the process waits for it, and the
     * listener is called again. A tick alone does not count, nor a daemon thread, nor work for which the listener has waited. Not called on an
     * explicit exit.
     */
    public static Subscription onBeforeExit(IntConsumer listener) {
        watchEnd();
        return ENDING.onBeforeExit(listener);
    }

    /**
     * Calls the listener once with the code when this process ends, on the thread that ends it. Only synchronous work of a listener is still
     * done. {@link #exitCode(int)} and {@link #exit(int)} in a listener change the code.
     *
     * <p>Also called at an end by {@link System#exit} elsewhere, or by a signal at which the JVM shuts down. The code of such an end is unknown:
     * the listener gets {@link #exitCode()} instead, and cannot change the code.
     */
    public static Subscription onExit(IntConsumer listener) {
        watchEnd();
        return ENDING.onExit(listener);
    }

    private static void watchEnd() {
        UNCAUGHT.install();
        ENDING.watch();
    }

    /**
     * Calls the listener with each uncaught throwable and the thread that it ended. For a listener that threw, that is {@code handoff-events},
     * which goes on. With such a listener the process goes on, and ends with 0 when nothing is left to do. Without one, but with any other
     * listener of this class, an exception that ends the thread {@code main} is printed and ends the process with code 1. An exception of
     * another thread is printed, and ends the process only if {@link #exitOnUncaughtException} says so. If this listener itself throws, the
     * process ends with code 7 and without an exit event.
     */
    public static Subscription onUncaughtException(BiConsumer<? super Throwable, ? super Thread> listener) {
        watchEnd();
        return UNCAUGHT.addListener(listener);
    }

    /** Calls the listener before those of {@link #onUncaughtException}, and changes nothing of what follows. */
    public static Subscription onUncaughtExceptionMonitor(BiConsumer<? super Throwable, ? super Thread> listener) {
        return UNCAUGHT.addMonitor(listener);
    }

    /** Sets whether an uncaught exception of any thread ends the process; default: only of {@code main}. */
    public static void exitOnUncaughtException(boolean everyThread) {
        UNCAUGHT.endWithEveryThread(everyThread);
    }

    /**
     * Calls the listener at each arrival of a signal. With the first listener the signal loses its default effect; when the last subscription
     * is closed it gets it back. A listener does not keep the process alive.
     *
     * @throws IllegalArgumentException for NONE, KILL and STOP, and for signals that the JVM needs for itself, such as QUIT
     */
    public static Subscription onSignal(Signal signal, Runnable listener) {
        return SIGNALS.add(signal, listener);
    }
}
