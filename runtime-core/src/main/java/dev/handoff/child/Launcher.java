package dev.handoff.child;

import dev.handoff.child.ProcessSpec.Stream;
import dev.handoff.jvm.CommandLine;
import dev.handoff.jvm.InheritedFlags;
import dev.handoff.jvm.OutputEncoding;
import dev.handoff.jvm.PathOptions;
import dev.handoff.jvm.StartDirectory;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Stdio;
import dev.handoff.unix.Fd;
import dev.handoff.unix.FdChannel;
import dev.handoff.unix.Pipe;
import dev.handoff.unix.Spawn.Mode;
import dev.handoff.wire.RoleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts processes with pipes of our own. Those of the JDK are let go at the child's exit, with what a grandchild still
 * writes to them.
 */
final class Launcher {
    /** The program is looked up by setsid(1) itself. */
    private static final CommandLookup SETSID = new CommandLookup(CommandLookup.DEFAULT_PATH, Path.of("/"));

    private final SpawnOptions options;
    private final Optional<RoleFile> role;
    private final SignalSender signals;
    private final InheritedFlags inherited;
    private final List<Pipe> pipes = new ArrayList<>();
    private final List<FdChannel> channels = new ArrayList<>();
    private Optional<Fd> held = Optional.empty();

    /**
     * A process that was started, with what connects it to us.
     *
     * @param stdin empty if it is no pipe
     * @param stdout empty if it is no pipe
     * @param stderr empty if it is no pipe
     */
    record Launched(
            ChildHandle process, Optional<InputPipe> stdin, Optional<OutputPipe> stdout, Optional<OutputPipe> stderr) {
        /** Ends the child: the caller will not hear of it. */
        void undo() {
            process.signal(Signal.KILL);
            stdin.ifPresent(InputPipe::abandon);
            stdout.ifPresent(OutputPipe::abandon);
            stderr.ifPresent(OutputPipe::abandon);
        }
    }

    /**
     * A launcher for one process.
     *
     * @param role what it is told of itself, if it is forked
     * @param signals how it is sent what the JDK cannot send
     */
    Launcher(SpawnOptions options, Optional<RoleFile> role, SignalSender signals) {
        this.options = options;
        this.role = role;
        this.signals = signals;
        this.inherited = new InheritedFlags(options.jvmArgs());
    }

    /**
     * Starts it.
     *
     * @throws IOException if it cannot be started; the message says what, and why
     * @throws IllegalStateException if that would start a runner of programs once more
     */
    Launched launch() throws IOException {
        Runner.refuseToRepeat(options);
        try {
            return launchIn(directory());
        } finally {
            held.ifPresent(Fd::close);
        }
    }

    private Launched launchIn(Optional<Path> directory) throws IOException {
        try {
            Optional<Pipe> in = options.input().isPresent() ? pipe(Stdio.pipe()) : pipe(options.stdin());
            Optional<Pipe> out = pipe(options.stdout());
            Optional<Pipe> error = pipe(options.stderr());
            ProcessSpec spec = new ProcessSpec(
                    words(directory),
                    environment(directory),
                    directory,
                    in.map(pipe -> Stream.end(pipe.readEnd(), Mode.READ)).or(() -> source(options.stdin())),
                    target(options.stdout(), out),
                    target(options.stderr(), error));
            return connect(LaunchMechanism.start(spec), in, out, error);
        } catch (IOException e) {
            closePipes();
            throw new NotStartedException("cannot start " + options + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closePipes();
            throw e;
        }
    }

    private void closePipes() {
        channels.forEach(FdChannel::close);
        pipes.forEach(Pipe::close);
    }

    private Map<String, String> environment(Optional<Path> directory) {
        Map<String, String> variables = new HashMap<>(options.env().orElseGet(CurrentProcess::env));
        if (options.runsJvm()) {
            variables.putAll(readable(variables, directory));
            variables.putAll(inherited.rewrite(variables));
        } else {
            role.ifPresent(file -> variables.putAll(file.environment()));
        }
        return variables;
    }

    private List<String> words(Optional<Path> directory) throws IOException {
        List<String> words = new ArrayList<>();
        if (options.isDetached()) {
            words.add(SETSID.find("setsid").toString());
            words.add("--");
        }
        words.addAll(options.runsJvm() ? jvm(directory) : options.words());
        return words;
    }

    private List<String> jvm(Optional<Path> directory) {
        CommandLine own = CommandLine.ofThisProcess();
        CommandLine started =
                options.java().map(java -> own.withJava(java.toString())).orElse(own);
        CommandLine line = options.main()
                .map(main -> started.withMain(main, options.arguments()))
                .orElseGet(() -> started.withArguments(options.arguments()));
        CommandLine found = isElsewhere(directory) ? line.typedIn(StartDirectory.ofKernel()) : line;
        List<String> flags =
                new ArrayList<>(saysThroughPipes() ? OutputEncoding.ofStreams(options.encoding()) : List.of());
        flags.addAll(inherited.rewrite(found.jvmOptions()));
        flags.addAll(options.jvmArgs());
        role.map(RoleFile::jvmFlag).ifPresent(flags::add);
        CommandLine complete = found.withJvmOptions(flags);
        // One that the program has named is missing as any other program is: its child has an error event.
        return (options.java().isPresent() ? complete : complete.checkLauncher()).toList();
    }

    private boolean saysThroughPipes() {
        return options.stdout().kind() == Stdio.Kind.PIPE || options.stderr().kind() == Stdio.Kind.PIPE;
    }

    private static Map<String, String> readable(Map<String, String> environment, Optional<Path> directory) {
        Map<String, String> readable = new HashMap<>(environment);
        if (isElsewhere(directory)) {
            readable.putAll(new PathOptions(StartDirectory.ofKernel()).absolute(environment));
        }
        return readable;
    }

    private static boolean isElsewhere(Optional<Path> directory) {
        return directory
                .filter(path -> !StartDirectory.ofThisProcess().isAt(path))
                .isPresent();
    }

    /** Empty: the one that the kernel keeps this process in, even if it was removed. */
    private Optional<Path> directory() throws IOException {
        Optional<Path> said = options.cwd().map(CurrentProcess.cwd()::resolve);
        Optional<Path> directory = said.isPresent() ? said : inherited();
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new NotStartedException(
                    "cannot start " + options + ": its working directory " + directory.get() + " is not there", null);
        }
        return directory;
    }

    private Optional<Path> inherited() throws IOException {
        Path directory = CurrentProcess.cwd();
        if (!StartDirectory.isReal(directory)) {
            return Optional.of(Files.isDirectory(directory) || options.runsJvm() ? directory : removed(directory));
        }
        boolean usable = !options.runsJvm() || !StartDirectory.isGone();
        return usable ? Optional.empty() : Optional.of(StartDirectory.ofKernel());
    }

    private Path removed(Path directory) throws IOException {
        held = HeldDirectory.duplicate();
        return held.map(HeldDirectory::path).orElse(directory);
    }

    private Optional<Pipe> pipe(Stdio stream) throws IOException {
        if (stream.kind() != Stdio.Kind.PIPE) {
            return Optional.empty();
        }
        Pipe pipe = Pipe.open();
        pipes.add(pipe);
        return Optional.of(pipe);
    }

    private static Optional<Stream> source(Stdio stdin) {
        return switch (stdin.kind()) {
            case INHERIT -> Optional.empty();
            case FILE -> Optional.of(new Stream(file(stdin), Mode.READ));
            default -> Optional.of(Stream.ofNothing());
        };
    }

    private static Optional<Stream> target(Stdio stream, Optional<Pipe> pipe) {
        return switch (stream.kind()) {
            case PIPE -> pipe.map(each -> Stream.end(each.writeEnd(), Mode.WRITE));
            case IGNORE -> Optional.of(Stream.toNothing());
            case INHERIT -> Optional.empty();
            case FILE -> Optional.of(new Stream(file(stream), Mode.WRITE));
            case APPEND -> Optional.of(new Stream(file(stream), Mode.APPEND));
        };
    }

    /** Relative to where this process pretends to be; a name that the JDK knows for the directory it is really in may have lost characters. */
    private static Path file(Stdio stream) {
        Path file = stream.file().orElseThrow();
        Path directory = CurrentProcess.cwd();
        return StartDirectory.isReal(directory) ? file : directory.resolve(file);
    }

    private Launched connect(Process process, Optional<Pipe> in, Optional<Pipe> out, Optional<Pipe> error)
            throws IOException {
        try {
            String name = "handoff-child-" + process.pid();
            Optional<InputPipe> stdin = in.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new InputPipe(channel(in.get().writeEnd()), name + "-stdin"));
            Optional<OutputPipe> stdout = output(out, name + "-stdout");
            Optional<OutputPipe> stderr = output(error, name + "-stderr");
            in.ifPresent(pipe -> pipe.readEnd().close());
            out.ifPresent(pipe -> pipe.writeEnd().close());
            error.ifPresent(pipe -> pipe.writeEnd().close());
            return new Launched(ChildHandle.watch(process, name + "-exit", signals), stdin, stdout, stderr);
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private Optional<OutputPipe> output(Optional<Pipe> pipe, String name) throws IOException {
        return pipe.isEmpty()
                ? Optional.empty()
                : Optional.of(new OutputPipe(channel(pipe.get().readEnd()), name, options));
    }

    private FdChannel channel(Fd end) throws IOException {
        FdChannel channel = new FdChannel(end);
        channels.add(channel);
        return channel;
    }
}
