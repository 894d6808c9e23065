package dev.handoff.jvm;

import dev.handoff.wire.RoleFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was typed to start a JVM: launcher, JVM options, main part, program's arguments. Immutable.
 *
 * <p>It comes from the kernel and not from the JVM's management beans: those also show what came by {@code
 * JAVA_TOOL_OPTIONS} and its like, which a worker inherits in its environment, so that agents would be there twice.
 *
 * <p>An {@code @argfile} among the options stays as it is, because a class path may be in a file for being too long
 * for a command line. One that names the main part is taken apart.
 */
public final class CommandLine {
    private final String java;
    private final List<String> jvmOptions;
    private final Main main;
    private final List<String> arguments;

    private CommandLine(String java, List<String> jvmOptions, Main main, List<String> arguments) {
        this.java = java;
        this.jvmOptions = List.copyOf(jvmOptions);
        this.main = main;
        this.arguments = List.copyOf(arguments);
    }

    /** What the launcher is told to run. */
    public record Main(Kind kind, String name) {
        /** What that is. */
        public enum Kind {
            /** A class of the class path. */
            CLASS,
            /** {@code -jar}. */
            JAR,
            /** {@code -m}: a module, or {@code module/class}. */
            MODULE,
            /** A source file, compiled by the launcher. */
            SOURCE
        }

        private List<String> words() {
            return switch (kind) {
                case CLASS, SOURCE -> List.of(name);
                case JAR -> List.of("-jar", name);
                case MODULE -> List.of("-m", name);
            };
        }
    }

    /**
     * This JVM's, without the flag that says what it was forked for.
     *
     * @throws IllegalStateException if it cannot be repeated; the message says why
     */
    public static CommandLine ofThisProcess() {
        CommandLine line = parse(JavaProcess.words());
        return line.withJvmOptions(line.jvmOptions().stream()
                .filter(option -> !RoleFile.isJvmFlag(option))
                .toList());
    }

    /**
     * Reads a command line as the {@code java} launcher of JDK 17 to 25 does.
     *
     * @param words the launcher and what follows
     * @throws IllegalArgumentException if it names nothing to run
     */
    public static CommandLine parse(List<String> words) {
        return new CommandLineParser(words).parse();
    }

    /** One put together. */
    public static CommandLine of(String java, List<String> jvmOptions, Main main, List<String> arguments) {
        return new CommandLine(java, jvmOptions, main, arguments);
    }

    /**
     * The same JVM with another main class: the class path that was typed, or this process's where none was typed or
     * that of a test runner's stub, or that of the class's own loader where the class is on none of them.
     *
     * @param main of this process's class path, of a class loader with URLs of files, or of a named module
     * @throws IllegalStateException if it is not known where another JVM would find it
     */
    public CommandLine withMain(Class<?> main, List<String> arguments) {
        List<String> options = withoutSource();
        if (main.getModule().isNamed()) {
            String name = main.getModule().getName() + "/" + main.getName();
            return new CommandLine(java, options, new Main(Main.Kind.MODULE, name), arguments);
        }
        List<String> found = ClassPathOf.loaderOf(main)
                .or(this::classPathToAdd)
                .map(classPath -> replaceClassPath(options, classPath))
                .orElse(options);
        return new CommandLine(java, found, new Main(Main.Kind.CLASS, main.getName()), arguments);
    }

    /**
     * The same for a JVM that starts in another directory: what is relative to the one in which it was typed is made absolute, class
     * path, jar and source file included.
     *
     * @param directory where it was typed, absolute
     */
    public CommandLine typedIn(Path directory) {
        PathOptions paths = new PathOptions(directory);
        List<String> options = new ArrayList<>(paths.absolute(jvmOptions));
        return switch (main.kind()) {
            case JAR, SOURCE ->
                new CommandLine(java, options, new Main(main.kind(), paths.absolute(main.name())), arguments);
            case CLASS -> {
                if (!hasClassPath()) {
                    options.addAll(List.of("-cp", paths.absoluteList(JavaProcess.classPath())));
                }
                yield withJvmOptions(options);
            }
            case MODULE -> withJvmOptions(options);
        };
    }

    /** The same for the launcher that starts this process's program now, see {@link JavaProcess#launcher}. */
    public CommandLine withCurrentLauncher() {
        return withJava(JavaProcess.launcher());
    }

    /** The same for another JDK's launcher. */
    public CommandLine withJava(String launcher) {
        return new CommandLine(launcher, jvmOptions, main, arguments);
    }

    private Optional<String> classPathToAdd() {
        return JavaProcess.underSurefire() || !hasClassPath() ? Optional.of(JavaProcess.classPath()) : Optional.empty();
    }

    private List<String> withoutSource() {
        return flat(LauncherOptions.grouped(jvmOptions).stream()
                .filter(option -> !LauncherOptions.isSource(option.get(0))));
    }

    private boolean hasClassPath() {
        return jvmOptions.stream().flatMap(ArgumentFile::opened).anyMatch(LauncherOptions::isClassPath);
    }

    private static List<String> replaceClassPath(List<String> options, String classPath) {
        List<String> replaced = new ArrayList<>(flat(LauncherOptions.grouped(options).stream()
                .filter(option -> !LauncherOptions.isClassPath(option.get(0)))));
        replaced.addAll(List.of("-cp", classPath));
        return replaced;
    }

    private static List<String> flat(Stream<List<String>> options) {
        return options.flatMap(List::stream).toList();
    }

    /** The same with other JVM options. */
    public CommandLine withJvmOptions(List<String> options) {
        return new CommandLine(java, options, main, arguments);
    }

    /** The same program with other arguments. */
    public CommandLine withArguments(List<String> others) {
        return new CommandLine(java, jvmOptions, main, others);
    }

    /**
     * Makes sure that there is a launcher.
     *
     * @throws IllegalStateException if there is none, with what to do
     */
    public CommandLine checkLauncher() {
        if (java.startsWith("/") && !Files.isExecutable(Path.of(java))) {
            throw new IllegalStateException(
                    "cannot start a JVM: " + java + " is not there. A program packaged by jpackage has it if"
                            + " that was told --jlink-options \"--strip-debug --no-man-pages --no-header-files\", without"
                            + " --strip-native-commands; or name a launcher of Java "
                            + Runtime.version().feature()
                            + ", for workers by the setting jvm.java, for others by SpawnOptions.java");
        }
        return this;
    }

    /** The launcher: an absolute path where it is this process's. */
    public String java() {
        return java;
    }

    /** All before the main part but {@code -jar}, in the order typed; an option's value may be a word of its own. */
    public List<String> jvmOptions() {
        return jvmOptions;
    }

    /** What it runs. */
    public Main main() {
        return main;
    }

    /** What the program's {@code main} gets. */
    public List<String> arguments() {
        return arguments;
    }

    /** The program's name in short: {@code HelloServer} of a class, {@code shop} of {@code lib/shop.jar}. */
    public String programName() {
        return switch (main.kind()) {
            case CLASS, MODULE ->
                main.name().substring(main.name().lastIndexOf('/') + 1).replaceFirst(".*[.$]", "");
            case JAR, SOURCE -> Path.of(main.name()).getFileName().toString().replaceFirst("\\.(jar|java)$", "");
        };
    }

    /** The words to start it with. */
    public List<String> toList() {
        return Stream.of(List.of(java), jvmOptions, main.words(), arguments)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public String toString() {
        return String.join(" ", toList());
    }
}
