package dev.handoff.child;

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
import dev.handoff.wire.RoleFile;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
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
    private static final File NOTHING = new File("/dev/null");

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
        /** Ends it: nobody will hear of it. */
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
        ProcessBuilder builder = new ProcessBuilder(words(directory));
        directory.ifPresent(path -> builder.directory(path.toFile()));
        try {
            Optional<Pipe> in = connectInput(builder);
            Optional<Pipe> out = pipe(options.stdout());
            builder.redirectOutput(target(options.stdout(), out));
            Optional<Pipe> error = pipe(options.stderr());
            builder.redirectError(target(options.stderr(), error));
            return connect(LaunchMechanism.start(builder, environment(directory)), in, out, error);
        } catch (IOException e) {
            channels.forEach(FdChannel::close);
            pipes.forEach(Pipe::close);
            throw new NotStartedException("cannot start " + options + ": " + e.getMessage(), e);
        }
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
            words.add(new CommandLookup(System.getenv(), CurrentProcess.cwd()).find("setsid"));
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

    private Optional<Pipe> connectInput(ProcessBuilder builder) throws IOException {
        Optional<Pipe> pipe = options.input().isPresent() ? pipe(Stdio.pipe()) : pipe(options.stdin());
        builder.redirectInput(pipe.map(each -> Redirect.from(Pipe.path(each.readEnd())))
                .orElseGet(() -> switch (options.stdin().kind()) {
                    case INHERIT -> Redirect.INHERIT;
                    case FILE -> Redirect.from(file(options.stdin()));
                    default -> Redirect.from(NOTHING);
                }));
        return pipe;
    }

    private Redirect target(Stdio stream, Optional<Pipe> pipe) {
        return switch (stream.kind()) {
            case PIPE -> Redirect.to(Pipe.path(pipe.orElseThrow().writeEnd()));
            case IGNORE -> Redirect.DISCARD;
            case INHERIT -> Redirect.INHERIT;
            case FILE -> Redirect.to(file(stream));
            case APPEND -> Redirect.appendTo(file(stream));
        };
    }

    private static File file(Stdio stream) {
        return CurrentProcess.cwd().resolve(stream.file().orElseThrow()).toFile();
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
