package dev.handoff.launch;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.jvm.CommandLine;
import dev.handoff.jvm.PathOptions;
import dev.handoff.jvm.Quoted;
import dev.handoff.jvm.StartDirectory;
import dev.handoff.process.CurrentProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What workers run, and in which directory: the master's own command line or a class of its, in the directory in which the master was
 * started, by the path that was typed. In another directory they would find nothing that was typed as a relative path, so there such
 * paths are made absolute.
 */
public final class WorkerProgram {
    private WorkerProgram() {}

    /**
     * The first generation of a cluster.
     *
     * @throws StartException if this process's command line cannot be repeated, or the class is not there
     */
    public static Generation firstGeneration(ClusterSettings settings) {
        checkFlags(settings);
        CommandLine command = command(settings);
        StartDirectory start = StartDirectory.ofThisProcess().orAs(settings.directory());
        PathOptions paths = new PathOptions(start.path());
        Path directory = settings.directory().map(start.path()::resolve).orElse(start.path());
        ClusterSettings resolved = withPaths(settings, start).option(Setting.DIRECTORY.key(), directory.toString());
        Generation generation = directory.equals(start.path())
                ? new Generation(1, resolved, command.withJvmOptions(paths.absoluteFiles(command.jvmOptions())))
                : new Generation(1, elsewhere(resolved, paths), command.typedIn(start.path()));
        checkLauncher(generation);
        return generation;
    }

    /** A deploy may remove the directory in which the master was started: these paths are followed by the one that was typed. */
    private static ClusterSettings withPaths(ClusterSettings settings, StartDirectory start) {
        boolean namesLauncher = settings.text(Setting.JVM_JAVA).indexOf('/') >= 0;
        boolean namesRun = !settings.text(Setting.RUN_DIRECTORY).isEmpty();
        ClusterSettings withJava = namesLauncher ? resolved(settings, Setting.JVM_JAVA, start) : settings;
        return namesRun ? resolved(withJava, Setting.RUN_DIRECTORY, start) : withJava;
    }

    private static ClusterSettings resolved(ClusterSettings settings, Setting setting, StartDirectory start) {
        return settings.option(
                setting.key(), start.path().resolve(settings.text(setting)).toString());
    }

    private static void checkLauncher(Generation generation) {
        try {
            generation.currentCommand().checkLauncher();
        } catch (IllegalStateException e) {
            throw new StartException(StartException.WRONG_SETTING, String.valueOf(e.getMessage()), e);
        }
    }

    private static ClusterSettings elsewhere(ClusterSettings settings, PathOptions paths) {
        Map<String, String> environment = new HashMap<>(CurrentProcess.env());
        environment.putAll(settings.environment());
        List<String> flags = paths.absolute(settings.jvmArgs());
        List<String> added = paths.absolute(OperatorFlags.of(settings).added());
        return settings.environment(paths.absolute(environment))
                .jvmArgs(flags.toArray(String[]::new))
                .option(Setting.JVM_ADD.key(), Quoted.join(added));
    }

    private static void checkFlags(ClusterSettings settings) {
        try {
            OperatorFlags.of(settings);
        } catch (IllegalArgumentException e) {
            throw new StartException(StartException.WRONG_SETTING, String.valueOf(e.getMessage()), e);
        }
    }

    private static CommandLine command(ClusterSettings settings) {
        try {
            CommandLine typed = CommandLine.ofThisProcess();
            if (settings.main().isEmpty()) {
                RepeatableProgram.check();
                return typed;
            }
            String main = settings.main().get();
            return typed.withMain(Class.forName(main, false, contextLoader()), settings.args());
        } catch (ClassNotFoundException | IllegalStateException | IllegalArgumentException e) {
            throw new StartException(StartException.WRONG_SETTING, "no command for the workers: " + e.getMessage(), e);
        }
    }

    private static ClassLoader contextLoader() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return loader == null ? ClassLoader.getSystemClassLoader() : loader;
    }
}
