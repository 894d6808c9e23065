package dev.handoff.process;

import dev.handoff.process.spi.ProcessProvider;
import dev.handoff.process.spi.ProcessProvider.Started;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
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
 * What to start, and how. Immutable: each change gives a new object.
 *
 * <p>A null byte in the command, its arguments, the shell or the environment is refused with an {@link IllegalArgumentException}, because the
 * kernel would cut the text there. Half of a surrogate pair is refused too. All other text arrives in UTF-8, whatever the locale.
 */
public final class SpawnOptions {
    /** How many bytes of each stream are collected by default: 1 MiB. */
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
     * @param file a path, or a name that is looked up in the PATH of {@link #env}; without a PATH, in {@code /usr/bin:/bin}
     * @param arguments passed as they are, without a shell
     */
    public static SpawnOptions of(String file, String... arguments) {
        if (file.isEmpty()) {
            throw new IllegalArgumentException("cannot start a program without a name: the command is empty");
        }
        Words.check("the command", file);
        return new SpawnOptions(file, checked(arguments), Optional.empty(), false);
    }

    /**
     * A class of this program with a {@code main} method, run by this JVM's {@code java} with the flags and the class path of this JVM. Two JVMs
     * cannot have all flags alike: a debugger or JMX agent listens on the next free port, the debugger does not suspend the program at its start,
     * and no second JVM writes an archive of classes. No shell is used.
     */
    public static SpawnOptions ofMain(Class<?> main, String... arguments) {
        return new SpawnOptions(main.getName(), checked(arguments), Optional.of(main), false);
    }

    /**
     * This program again: this JVM's {@code java}, flags, class path and main class, with the arguments that it was started with. Inside a test
     * runner, {@code exec:java} or a container, that one would be started again; so the start refuses with an {@link IllegalStateException}. Name
     * a main class there, {@link #ofMain}.
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

    /** Replaces the arguments. */
    public SpawnOptions args(String... words) {
        List<String> said = checked(words);
        return change(copy -> copy.arguments = said);
    }

    /** Adds flags for the JVM of {@link #ofMain} or {@link #thisProgram}, behind those of this JVM: of two flags the later one wins. */
    public SpawnOptions jvmArgs(String... flags) {
        if (!runsJvm()) {
            throw new IllegalArgumentException(
                    "JVM flags are for a main class, and " + file + " is a program: put them among its arguments");
        }
        for (String flag : flags) {
            Words.check("a JVM flag", flag);
        }
        return change(copy -> copy.jvmArguments = List.of(flags));
    }

    /**
     * The launcher for the main class. It may be that of another JDK, which must know this JVM's flags; default: the launcher that started this
     * JVM.
     */
    public SpawnOptions java(Path launcher) {
        if (!runsJvm()) {
            throw new IllegalArgumentException(
                    "a java launcher is for a main class, and " + file + " is a program: use it as the command");
        }
        return change(copy -> copy.java = Optional.of(launcher));
    }

    /** Runs the command in {@code /bin/sh}, with the arguments joined by blanks as they are: quote text from outside. */
    public SpawnOptions shell() {
        return shell(DEFAULT_SHELL);
    }

    /** As {@link #shell()}, with another shell that knows {@code -c}. */
    public SpawnOptions shell(String path) {
        Words.check("the shell", path);
        return change(copy -> copy.shell = Optional.of(path));
    }

    /**
     * The child's working directory; default: {@link CurrentProcess#cwd()}, even if it was removed. In a removed directory a program starts, but
     * a JVM does not.
     */
    public SpawnOptions cwd(Path directory) {
        return change(copy -> copy.cwd = Optional.of(directory));
    }

    /** The child's whole environment; default: {@link CurrentProcess#env()} at the time of the start. */
    public SpawnOptions env(Map<String, String> variables) {
        Map<String, String> ours = CurrentProcess.env();
        variables.forEach((name, value) -> Words.checkVariable(name, value, ours.containsKey(name)));
        return change(copy -> copy.env = Optional.of(Map.copyOf(variables)));
    }

    /** The connection of its standard input; default: a pipe. */
    public SpawnOptions stdin(Stdio source) {
        if (source.kind() == Stdio.Kind.APPEND) {
            throw new IllegalArgumentException("nothing is appended to standard input: use Stdio.file");
        }
        return change(copy -> copy.stdin = source);
    }

    /** The connection of its standard output; default: a pipe. */
    public SpawnOptions stdout(Stdio target) {
        return change(copy -> copy.stdout = target);
    }

    /** The connection of its standard error; default: a pipe. */
    public SpawnOptions stderr(Stdio target) {
        return change(copy -> copy.stderr = target);
    }

    /** The same connection for all three streams. */
    public SpawnOptions stdio(Stdio all) {
        return stdin(all).stdout(all).stderr(all);
    }

    /** The bytes of its standard input, which ends behind them. */
    public SpawnOptions input(byte[] bytes) {
        byte[] kept = bytes.clone();
        return change(copy -> copy.input = Optional.of(kept));
    }

    /**
     * As {@link #input(byte[])}, in {@link #encoding()}.
     *
     * @throws IllegalArgumentException if it has a character that the encoding has not
     */
    public SpawnOptions input(String text) {
        CharBuffer characters = CharBuffer.wrap(text);
        try {
            ByteBuffer encoded = encoding.newEncoder().encode(characters);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return input(bytes);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "cannot give a process this input in " + encoding + ": its character at index "
                            + characters.position() + " is none of that encoding's",
                    e);
        }
    }

    /** The time limit after which it is sent the kill signal; default: none. */
    public SpawnOptions timeout(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a time limit of " + limit + " leaves no time: expected more than 0");
        }
        return change(copy -> copy.timeout = Optional.of(limit));
    }

    /** The signal that it is sent at its time limit, at its output limit and when it is cancelled; default: TERM. */
    public SpawnOptions killSignal(Signal signal) {
        if (signal == Signal.NONE) {
            throw new IllegalArgumentException("signal NONE ends nothing: expected another kill signal");
        }
        return change(copy -> copy.killSignal = signal);
    }

    /**
     * The limit of bytes that are collected of each stream, and of a line's length. Text is cut behind a whole character.
     *
     * @param bytes 0 or more; default: 1 MiB; {@link Long#MAX_VALUE}: no limit
     */
    public SpawnOptions maxBuffer(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("cannot collect " + bytes + " bytes: expected 0 or more");
        }
        return change(copy -> copy.maxBuffer = bytes);
    }

    /** The encoding of its text; default: UTF-8. */
    public SpawnOptions encoding(Charset charset) {
        return change(copy -> copy.encoding = charset);
    }

    /**
     * Starts it in a session of its own, setsid(2), which this process's terminal does not control. It is started by setsid(1), so that a missing
     * program ends with code 127 instead of an error. It goes on after the end of this process, which does not wait for it if {@link
     * ChildProcess#unref()} was called.
     */
    public SpawnOptions detached() {
        return change(copy -> copy.detached = true);
    }

    /** Sends it the kill signal as soon as that stage completes, normally or not. */
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

    /** Whether it is a JVM with this JVM's flags: a main class of this program, or this program again. */
    public boolean runsJvm() {
        return thisProgram || main.isPresent();
    }

    /** Additional flags for its JVM. */
    public List<String> jvmArgs() {
        return jvmArguments;
    }

    /** The launcher, if one is set. */
    public Optional<Path> java() {
        return java;
    }

    /** The working directory, if one is set. */
    public Optional<Path> cwd() {
        return cwd;
    }

    /** The environment, if one is set. */
    public Optional<Map<String, String>> env() {
        return env;
    }

    /** The connection of its standard input. */
    public Stdio stdin() {
        return stdin;
    }

    /** The connection of its standard output. */
    public Stdio stdout() {
        return stdout;
    }

    /** The connection of its standard error. */
    public Stdio stderr() {
        return stderr;
    }

    /** The bytes of its standard input. */
    public Optional<byte[]> input() {
        return input.map(byte[]::clone);
    }

    /** The time limit. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /** The kill signal. */
    public Signal killSignal() {
        return killSignal;
    }

    /** The limit of bytes that are collected of each stream. */
    public long maxBuffer() {
        return maxBuffer;
    }

    /** The encoding of its text. */
    public Charset encoding() {
        return encoding;
    }

    /** Whether it has a session of its own. */
    public boolean isDetached() {
        return detached;
    }

    /** The stage whose end cancels it. */
    public Optional<CompletionStage<?>> cancellation() {
        return cancellation;
    }

    /** The command and its arguments, or those of a shell, if one is set. Not for options that {@linkplain #runsJvm run a JVM}. */
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
