package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.ProcessProvider.Started;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What to start, and how. Immutable: each change gives a new one.
 *
 * <p>A null byte in the command, its arguments, the shell or the environment is refused with an {@link
 * IllegalArgumentException}: the kernel would cut the text there. So is half of a surrogate pair. All else arrives in UTF-8,
 * whatever the locale.
 */
public final class SpawnOptions {
    /** How many bytes of each stream are collected unless more is asked for: 1 MiB. */
    public static final long DEFAULT_MAX_BUFFER = 1024 * 1024;

    private static final String DEFAULT_SHELL = "/bin/sh";

    private final String file;
    private final Optional<Class<?>> main;
    private final boolean thisProgram;

    // Written by change() alone, before the copy is given out.
    private List<String> arguments;
    private List<String> jvmArguments = List.of();
    private Optional<String> shell = Optional.empty();
    private Optional<Path> cwd = Optional.empty();
    private Optional<Map<String, String>> env = Optional.empty();
    private Stdio stdin = Stdio.pipe();
    private Stdio stdout = Stdio.pipe();
    private Stdio stderr = Stdio.pipe();
    private Optional<byte[]> input = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private Signal killSignal = Signal.TERM;
    private Optional<Path> java = Optional.empty();
    private long maxBuffer = DEFAULT_MAX_BUFFER;
    private Charset encoding = StandardCharsets.UTF_8;
    private boolean detached;
    private Optional<CompletionStage<?>> cancellation = Optional.empty();

    private SpawnOptions(String file, List<String> arguments, Optional<Class<?>> main, boolean thisProgram) {
        this.file = file;
        this.arguments = arguments;
        this.main = main;
        this.thisProgram = thisProgram;
    }

    /**
     * A program.
     *
     * @param file a path, or a name that is looked up in the PATH of {@link #env}; without a PATH there, in {@code
     *     /usr/bin:/bin}
     * @param arguments handed over as they are; no shell looks at them
     */
    public static SpawnOptions of(String file, String... arguments) {
        if (file.isEmpty()) {
            throw new IllegalArgumentException("cannot start a program without a name: the command is empty");
        }
        Words.check("the command", file);
        return new SpawnOptions(file, checked(arguments), Optional.empty(), false);
    }

    /**
     * A class of this program with a {@code main} method, run by this JVM's {@code java} with the flags and the class path
     * that this JVM was started with. Two JVMs cannot have all flags alike: a debugger or JMX agent listens on the next free
     * port, the debugger lets the program start, and no second one writes an archive of classes. No shell has a part in it.
     */
    public static SpawnOptions ofMain(Class<?> main, String... arguments) {
        return new SpawnOptions(main.getName(), checked(arguments), Optional.of(main), false);
    }

    /**
     * This program once more: this JVM's {@code java}, flags, class path and main, with the arguments that it was started with.
     * Inside a test runner, {@code exec:java} or a container, which would be what is started once more, whatever is asked to
     * start it refuses with an {@link IllegalStateException}: name a main class there, {@link #ofMain}.
     *
     * @throws IllegalStateException if this process's command line cannot be repeated; the message says why
     */
    public static SpawnOptions thisProgram() {
        Started started = ProcessProvider.get().started();
        return new SpawnOptions(started.main(), started.arguments(), Optional.empty(), true);
    }

    private static List<String> checked(String... arguments) {
        for (String argument : arguments) {
            Words.check("an argument", argument);
        }
        return List.of(arguments);
    }

    private SpawnOptions change(Consumer<SpawnOptions> change) {
        SpawnOptions copy = new SpawnOptions(file, arguments, main, thisProgram);
        copy.jvmArguments = jvmArguments;
        copy.shell = shell;
        copy.cwd = cwd;
        copy.env = env;
        copy.stdin = stdin;
        copy.stdout = stdout;
        copy.stderr = stderr;
        copy.input = input;
        copy.timeout = timeout;
        copy.killSignal = killSignal;
        copy.java = java;
        copy.maxBuffer = maxBuffer;
        copy.encoding = encoding;
        copy.detached = detached;
        copy.cancellation = cancellation;
        change.accept(copy);
        return copy;
    }

    /** Other arguments. */
    public SpawnOptions args(String... words) {
        List<String> said = checked(words);
        return change(copy -> copy.arguments = said);
    }

    /** More flags for the JVM of {@link #ofMain} or {@link #thisProgram}, behind those of this JVM: the later one of two wins. */
    public SpawnOptions jvmArgs(String... flags) {
        if (!runsJvm()) {
            throw new IllegalArgumentException(
                    "JVM flags are for a main class, and " + file + " is a program: say them among its arguments");
        }
        for (String flag : flags) {
            Words.check("a JVM flag", flag);
        }
        return change(copy -> copy.jvmArguments = List.of(flags));
    }

    /**
     * The launcher for the main class: that of another JDK, which must know this JVM's flags; default: the one that started
     * this JVM.
     */
    public SpawnOptions java(Path launcher) {
        if (!runsJvm()) {
            throw new IllegalArgumentException(
                    "a java launcher is for a main class, and " + file + " is a program: say it as the command");
        }
        return change(copy -> copy.java = Optional.of(launcher));
    }

    /** Lets {@code /bin/sh} run the command, arguments joined by blanks as they are: quote what came from outside. */
    public SpawnOptions shell() {
        return shell(DEFAULT_SHELL);
    }

    /** As {@link #shell()}, with another shell that knows {@code -c}. */
    public SpawnOptions shell(String path) {
        Words.check("the shell", path);
        return change(copy -> copy.shell = Optional.of(path));
    }

    /** The child's working directory; default: {@link CurrentProcess#cwd()}, even if it was removed, where a program starts and a JVM does not. */
    public SpawnOptions cwd(Path directory) {
        return change(copy -> copy.cwd = Optional.of(directory));
    }

    /** The child's whole environment; default: {@link CurrentProcess#env()} at the time of the start. */
    public SpawnOptions env(Map<String, String> variables) {
        variables.forEach((name, value) -> {
            Words.check("the variable", name);
            Words.check("the variable " + name, value);
        });
        return change(copy -> copy.env = Optional.of(Map.copyOf(variables)));
    }

    /** What its standard input is connected to; default: a pipe. */
    public SpawnOptions stdin(Stdio source) {
        if (source.kind() == Stdio.Kind.APPEND) {
            throw new IllegalArgumentException("nothing is appended to standard input: say Stdio.file");
        }
        return change(copy -> copy.stdin = source);
    }

    /** What its standard output is connected to; default: a pipe. */
    public SpawnOptions stdout(Stdio target) {
        return change(copy -> copy.stdout = target);
    }

    /** What its standard error is connected to; default: a pipe. */
    public SpawnOptions stderr(Stdio target) {
        return change(copy -> copy.stderr = target);
    }

    /** The same for all three streams. */
    public SpawnOptions stdio(Stdio all) {
        return stdin(all).stdout(all).stderr(all);
    }

    /** What it reads from its standard input, which then ends. */
    public SpawnOptions input(byte[] bytes) {
        byte[] kept = bytes.clone();
        return change(copy -> copy.input = Optional.of(kept));
    }

    /** As {@link #input(byte[])}, in {@link #encoding()}. */
    public SpawnOptions input(String text) {
        return input(text.getBytes(encoding));
    }

    /** How long it may run until it is sent the kill signal; default: for ever. */
    public SpawnOptions timeout(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a time limit of " + limit + " leaves no time: expected more than 0");
        }
        return change(copy -> copy.timeout = Optional.of(limit));
    }

    /** What it is sent at its time limit, at the output limit and when it is cancelled; default: TERM. */
    public SpawnOptions killSignal(Signal signal) {
        if (signal == Signal.NONE) {
            throw new IllegalArgumentException("signal NONE ends nothing: expected another kill signal");
        }
        return change(copy -> copy.killSignal = signal);
    }

    /**
     * How many bytes of each stream are collected, and how long a line can be. Cut behind a whole character.
     *
     * @param bytes 0 or more; default: 1 MiB; {@link Long#MAX_VALUE}: as many as there is memory for
     */
    public SpawnOptions maxBuffer(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("cannot collect " + bytes + " bytes: expected 0 or more");
        }
        return change(copy -> copy.maxBuffer = bytes);
    }

    /** How its text is encoded; default: UTF-8. */
    public SpawnOptions encoding(Charset charset) {
        return change(copy -> copy.encoding = charset);
    }

    /**
     * Gives it a session of its own, setsid(2), out of reach of this process's terminal. It is started by setsid(1), so
     * that a program that is not there ends with code 127 instead of an error. It lives on after this process, which does
     * not wait for it once {@link ChildProcess#unref()} is said.
     */
    public SpawnOptions detached() {
        return change(copy -> copy.detached = true);
    }

    /** Sends it the kill signal as soon as that stage completes, however it does. */
    public SpawnOptions cancelledBy(CompletionStage<?> stage) {
        return change(copy -> copy.cancellation = Optional.of(stage));
    }

    /** The program's path or name, or the main class's name. */
    public String file() {
        return file;
    }

    /** The program's arguments. */
    public List<String> arguments() {
        return arguments;
    }

    /** The class to run in a JVM. */
    public Optional<Class<?>> main() {
        return main;
    }

    /** Whether it is a JVM with this one's flags: a main class of this program, or this program once more. */
    public boolean runsJvm() {
        return thisProgram || main.isPresent();
    }

    /** Additional flags for its JVM. */
    public List<String> jvmArgs() {
        return jvmArguments;
    }

    /** The launcher that was said. */
    public Optional<Path> java() {
        return java;
    }

    /** The directory that was said. */
    public Optional<Path> cwd() {
        return cwd;
    }

    /** The environment that was said. */
    public Optional<Map<String, String>> env() {
        return env;
    }

    /** What its standard input is connected to. */
    public Stdio stdin() {
        return stdin;
    }

    /** What its standard output is connected to. */
    public Stdio stdout() {
        return stdout;
    }

    /** What its standard error is connected to. */
    public Stdio stderr() {
        return stderr;
    }

    /** What it reads. */
    public Optional<byte[]> input() {
        return input.map(byte[]::clone);
    }

    /** How long it may run. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /** The signal that ends it. */
    public Signal killSignal() {
        return killSignal;
    }

    /** How many bytes of each stream are collected. */
    public long maxBuffer() {
        return maxBuffer;
    }

    /** How its text is encoded. */
    public Charset encoding() {
        return encoding;
    }

    /** Whether it gets a session of its own. */
    public boolean isDetached() {
        return detached;
    }

    /** What cancels it. */
    public Optional<CompletionStage<?>> cancellation() {
        return cancellation;
    }

    /** The words to start a program with: those of a shell, if one was asked for. Not for what {@link #runsJvm}. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        words.add(file);
        words.addAll(arguments);
        return shell.map(path -> List.of(path, "-c", String.join(" ", words))).orElse(List.copyOf(words));
    }

    /** The command as a reader would type it, without the shell. */
    @Override
    public String toString() {
        return String.join(
                " ", Stream.concat(Stream.of(file), arguments.stream()).toList());
    }
}
