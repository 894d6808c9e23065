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
import java.nio.charset.CodingErrorAction;
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
     * How this process was started: the launcher's path, what it runs (class, jar, module or source file), and the program's
     * arguments.
     *
     * @return a list of the caller's own
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
     * The variables that children of this process get; live: what is changed here, children started from now on see. {@link
     * System#getenv()} stays as it was. What cannot be a variable is refused with an {@link IllegalArgumentException}.
     *
     * <p>What is set is written in UTF-8, and what was inherited is read so, whatever the locale; what nothing has changed
     * children inherit byte for byte.
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

    /** The system in Node's words: {@code linux}. */
    public static String platform() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }

    /** The processor in Node's words: {@code x64} or {@code arm64}; another one as the JVM says it. */
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
            return new String(Files.readAllBytes(COMM), UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read this process's title: " + e, e);
        }
    }

    /**
     * Changes the name that ps(1) shows in its column COMM.
     *
     * @param title the kernel keeps 15 bytes; of its UTF-8 as many whole characters as fit
     */
    public static void title(String title) {
        try {
            Files.write(COMM, firstBytes(title));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot change this process's title to " + title + ": " + e, e);
        }
    }

    private static byte[] firstBytes(String title) {
        ByteBuffer kept = ByteBuffer.allocate(COMM_BYTES);
        UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE).encode(CharBuffer.wrap(title), kept, true);
        return Arrays.copyOf(kept.array(), kept.position());
    }

    /** The directory that this process is in, as far as {@link #chdir} and children are concerned. Absolute. */
    public static Path cwd() {
        return DIRECTORY.get();
    }

    /**
     * Changes the directory that {@link #cwd()} tells and children start in. A JVM cannot change its own: what is opened by a
     * relative path elsewhere is looked for where it was before; say {@code cwd().resolve(path)}.
     *
     * @param directory absolute, or relative to {@link #cwd()}
     * @throws UncheckedIOException if it is not there, or no directory
     */
    public static void chdir(Path directory) {
        DIRECTORY.change(directory);
    }

    /**
     * Runs a task on {@code handoff-events} after what runs there now and before all that waits, behind other ticks. Ignored
     * once this process exits.
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
     * @param code 0 to 255; of others the lowest eight bits count
     */
    public static void exit(int code) {
        ENDING.exit(code);
    }

    /** The code that this process will end with if nobody says another one. */
    public static int exitCode() {
        return ENDING.exitCode();
    }

    /** Says with which code this process ends when nothing is left to do, or by {@link #exit()}. */
    public static void exitCode(int code) {
        ENDING.exitCode(code);
        watchEnd();
    }

    /**
     * Sends a signal to any process.
     *
     * @param signal {@link Signal#NONE} only asks
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
     * The process that forked this one, see {@link ChildProcess#fork}. The channel to it is opened when it is first asked for.
     * It keeps this process alive as long as somebody listens to it, and while something waits to be sent.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     * @throws MessageException if the parent is gone, or wants no channel any more
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

    /** Whether there is a channel to the parent, and it is open. */
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

    /** Ends the channel to the parent once what waits has been sent. A second time it changes nothing. */
    public static void disconnect() {
        channel().disconnect();
    }

    /**
     * Called with each message of the parent's. While there is no listener they are kept for the next.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     */
    public static Subscription onMessage(Consumer<? super Message> listener) {
        return channel().onMessage(listener);
    }

    /**
     * Called when the channel to the parent has ended, from whichever side, or by the parent's death.
     *
     * @throws IllegalStateException if this process was not forked with a channel
     */
    public static Subscription onDisconnect(Runnable listener) {
        return channel().onDisconnect(listener);
    }

    /** Nanoseconds on a clock that never goes back; only differences say something. */
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

    /** Warns. As {@link #emitWarning(Warning)}. */
    public static void emitWarning(String message) {
        emitWarning(Warning.of(message));
    }

    /** Prints a warning to standard error, see {@link #printWarnings}, and tells the listeners, on the next tick. */
    public static void emitWarning(Warning warning) {
        nextTick(() -> {
            if (printsWarnings) {
                System.err.println("(java:" + pid() + ") " + warning);
            }
            WARNINGS.tell(warning);
        });
    }

    /** Whether warnings are printed; default: yes. Listeners hear of them either way. */
    public static void printWarnings(boolean print) {
        printsWarnings = print;
    }

    /** Called with each warning. */
    public static Subscription onWarning(Consumer<? super Warning> listener) {
        return WARNINGS.add(listener);
    }

    /**
     * Called with {@link #exitCode()} when nothing is left to do: only daemon threads are alive, no child and no channel keeps
     * this process, nothing waits on {@code handoff-events}. What a listener starts, a child, a thread, is done first, and
     * then this comes again; a tick alone does not count, nor a daemon thread, nor what the listener has waited for. Not called
     * on an explicit exit.
     */
    public static Subscription onBeforeExit(IntConsumer listener) {
        watchEnd();
        return ENDING.onBeforeExit(listener);
    }

    /**
     * Called once with the code when this process ends, on the thread that ends it: only what a listener does at once is still
     * done. {@link #exitCode(int)} and {@link #exit(int)} in a listener change the code.
     *
     * <p>An end by {@link System#exit} elsewhere, or by a signal at which the JVM shuts down, is told too; its code nobody
     * knows, {@link #exitCode()} is told in its place, and no listener can change it.
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
     * Called with what nobody caught, and the thread that it ended; for a listener that threw, that is {@code handoff-events},
     * which goes on. With a listener the process goes on, and ends with 0 when nothing is left to do. Without one, as soon as
     * anything here is listened to, an exception that ends the thread {@code main} is printed and ends the process with code
     * 1; those of other threads are printed, or end it as well if {@link #exitOnUncaughtException} says so. If a listener
     * throws, the process ends with code 7 and no exit event.
     */
    public static Subscription onUncaughtException(BiConsumer<? super Throwable, ? super Thread> listener) {
        watchEnd();
        return UNCAUGHT.addListener(listener);
    }

    /** Called before {@link #onUncaughtException}, and changes nothing of what follows. */
    public static Subscription onUncaughtExceptionMonitor(BiConsumer<? super Throwable, ? super Thread> listener) {
        return UNCAUGHT.addMonitor(listener);
    }

    /** Whether an uncaught exception ends the process whatever thread it ended; default: only {@code main}. */
    public static void exitOnUncaughtException(boolean everyThread) {
        UNCAUGHT.endWithEveryThread(everyThread);
    }

    /**
     * Called at each arrival of a signal. The first listener takes away what the signal does by default, and the end of the
     * last one brings it back. A listener does not keep the process alive.
     *
     * @throws IllegalArgumentException for NONE, KILL and STOP, and those that the JVM needs for itself, such as QUIT
     */
    public static Subscription onSignal(Signal signal, Runnable listener) {
        return SIGNALS.add(signal, listener);
    }
}
