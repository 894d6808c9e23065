package dev.handoff.sample.rig;

import static dev.handoff.sample.rig.Patience.await;

import dev.handoff.sample.programs.SampleOverTls;
import dev.handoff.sample.programs.SampleWithEvents;
import dev.handoff.unix.OrdinaryUser;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A cluster to be: the sample application, unless another program is named, in a session and a directory of its own. */
public final class ClusterBuilder {
    static final Path JDK = Path.of(System.getProperty("handoff.test.java"));
    static final Path TARGET = Path.of("").toAbsolutePath().resolve("target");
    private static final Path APP = TARGET.resolve("sample-app.jar");

    /** The bytes of a request that a worker refuses stand in the log of a test that fails by it. */
    private static final String TELL_WHY_REFUSED =
            "-Dorg.slf4j.simpleLogger.log.dev.handoff.netty.http.HttpConnection=debug";

    private final List<String> flags = new ArrayList<>(List.of(
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=3",
            TELL_WHY_REFUSED));
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> ignored = new ArrayList<>();
    private List<String> prefix = List.of();
    private List<String> program = List.of("-jar", APP.toString());
    private List<String> arguments = List.of();
    private @Nullable SSLContext tls;
    private @Nullable Path place;
    private @Nullable Path launcher;
    private int workers = 2;
    private boolean terminal;
    private boolean background;
    private boolean ordinary;
    private boolean archive = !Boolean.getBoolean("handoff.test.withoutArchive");

    private ClusterBuilder() {
        options.put("--port", "0");
        // On a busy machine a start takes long: nothing ends for that alone, and no client who waits for it is sent
        // away.
        setting("start.limit", 300);
        setting("queue.wait", 600);
        setting("jvm.drop", LateClasses.FLAG);
    }

    /** The sample application with two workers on any free port. */
    public static ClusterBuilder aCluster() {
        return new ClusterBuilder();
    }

    /** The sample application's jar, with all that it needs. */
    public static Path app() {
        return APP;
    }

    public ClusterBuilder workers(int count) {
        workers = count;
        return this;
    }

    public ClusterBuilder policy(String name) {
        return option("--policy", name);
    }

    public ClusterBuilder port(int port) {
        return option("--port", Integer.toString(port));
    }

    /** An option of the sample application. */
    public ClusterBuilder option(String name, String value) {
        options.put(name, value);
        return this;
    }

    /** JVM flags, typed on the master's command line. */
    public ClusterBuilder java(String... more) {
        flags.addAll(Arrays.asList(more));
        return this;
    }

    /** A setting, said by the operator. */
    public ClusterBuilder setting(String name, Object value) {
        return java("-Dhandoff." + name + "=" + value);
    }

    /** Started in that directory, as by a shell that went there by that path. */
    public ClusterBuilder in(Path directory) {
        place = directory;
        environment.put("PWD", directory.toString());
        return this;
    }

    /** Signals that the master is born with ignored, as nohup and a script's background jobs are. */
    public ClusterBuilder ignoring(String... signals) {
        ignored.addAll(Arrays.asList(signals));
        return this;
    }

    /** In a session with a terminal of its own. */
    public ClusterBuilder onATerminal() {
        terminal = true;
        return this;
    }

    /** As a job in the background of such a terminal, whose jobs may not write to it. */
    public ClusterBuilder inTheBackground() {
        background = true;
        return onATerminal();
    }

    /** A program that takes something from the master, and runs it; behind it stands the command line. */
    public ClusterBuilder behind(List<String> words) {
        prefix = List.copyOf(words);
        return this;
    }

    /** As a user that the kernel's limits bind. */
    public ClusterBuilder asOrdinaryUser() {
        ordinary = true;
        return behind(OrdinaryUser.words());
    }

    /** With all classes from the jar, and no flag that an archive of them needs. */
    public ClusterBuilder withoutArchive() {
        archive = false;
        return this;
    }

    /** The sample application from another jar. */
    public ClusterBuilder jar(Path jar) {
        archive = false;
        program = List.of("-jar", jar.toString());
        return this;
    }

    /** Another program, from the tests' classes, with no arguments but these. */
    public ClusterBuilder main(Class<?> main, Object... args) {
        return main(main.getName(), List.of(APP, TARGET.resolve("test-classes")), args);
    }

    /** The sample application by a launcher that knows what it starts, and takes JVM flags from the environment only. */
    public ClusterBuilder launchedBy(Path packaged) {
        archive = false;
        launcher = packaged;
        return this;
    }

    /** The sample application, which also tells the test its events: {@link RunningCluster#events}. */
    public ClusterBuilder tellingEvents() {
        program = List.of(
                "-cp", APP + File.pathSeparator + TARGET.resolve("test-classes"), SampleWithEvents.class.getName());
        return java("-D" + SampleWithEvents.FILE + "=" + RunningCluster.EVENTS);
    }

    /** The sample over TLS, on its only port. */
    public ClusterBuilder overTls(Certificate certificate) {
        tls = certificate.client();
        return main(SampleOverTls.class, certificate.chain(), certificate.key());
    }

    /** Another program from another class path. */
    public ClusterBuilder main(String main, List<Path> classPath, Object... args) {
        archive &= classPath.get(0).equals(APP);
        program = List.of(
                "-cp",
                String.join(
                        File.pathSeparator,
                        classPath.stream().map(Path::toString).toList()),
                main);
        options.clear();
        arguments = Arrays.stream(args).map(Object::toString).toList();
        return this;
    }

    /** Starts the master. It has started no worker yet. */
    RunningCluster start() {
        try {
            Path directory = Files.createTempDirectory("handoff-it-");
            for (String name : List.of("run", "tmp", "cwd")) {
                Files.createDirectory(directory.resolve(name));
            }
            if (ordinary) {
                OrdinaryUser.own(directory);
            }
            ProcessBuilder process = new ProcessBuilder(command(directory))
                    .directory((place == null ? directory.resolve("cwd") : place).toFile());
            process.environment().putAll(environment(directory));
            Process started = process.start();
            return new RunningCluster(started, master(started), directory, workers, tls);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a cluster", e);
        }
    }

    private long master(Process started) {
        if (!terminal) {
            return started.pid();
        }
        ProcessHandle onTerminal = childOf(started.toHandle(), child -> true);
        // The shell calls stty before its job.
        return (background ? childOf(onTerminal, ClusterBuilder::isJvm) : onTerminal).pid();
    }

    private static ProcessHandle childOf(ProcessHandle parent, Predicate<ProcessHandle> which) {
        return await("a process on the terminal")
                .until(() -> parent.children().filter(which).findAny(), Optional::isPresent)
                .orElseThrow();
    }

    private static boolean isJvm(ProcessHandle process) {
        return process.info().command().filter(path -> path.endsWith("/java")).isPresent();
    }

    private Map<String, String> environment(Path directory) {
        environment.put("HANDOFF_RUN", directory.resolve("run").toString());
        environment.put("HANDOFF_WORKERS", Integer.toString(workers));
        if (launcher != null) {
            environment.put(
                    "JAVA_TOOL_OPTIONS", String.join(" ", flags) + " -Djava.io.tmpdir=" + directory.resolve("tmp"));
        }
        return environment;
    }

    private List<String> command(Path directory) {
        List<String> command = new ArrayList<>();
        if (!ignored.isEmpty()) {
            String trap = "trap '' " + String.join(" ", ignored) + "; exec \"$@\"";
            command.addAll(List.of("sh", "-c", trap, "sh"));
        }
        command.addAll(prefix);
        if (launcher != null) {
            command.add(launcher.toString());
            options.forEach((name, value) -> command.addAll(List.of(name, value)));
            return inSession(command);
        }
        command.add(JDK.resolve("bin/java").toString());
        command.addAll(flags);
        command.addAll(LateClasses.flags(directory));
        if (archive) {
            command.addAll(ClassArchive.options());
        }
        command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
        command.addAll(program);
        options.forEach((name, value) -> command.addAll(List.of(name, value)));
        command.addAll(arguments);
        return terminal ? onTerminal(command) : inSession(command);
    }

    /** With signals as they are at a login: whoever starts the tests in the background has had some ignored. */
    private static List<String> inSession(List<String> command) {
        return Stream.concat(Stream.of("env", "--default-signal=INT,QUIT,HUP", "setsid"), command.stream())
                .toList();
    }

    /** The terminal is there as long as script(1) is, which starts a session on it. */
    private List<String> onTerminal(List<String> command) {
        String words = command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        String quoted = background ? "stty tostop; set -m; " + words + " & wait $!" : "exec " + words;
        return List.of("script", "--quiet", "--flush", "--return", "--command", quoted, "/dev/null");
    }
}
