package dev.handoff.jvm;

import dev.handoff.process.spi.Logs;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * A program that a launcher of {@code jpackage} has started: its JVM's options, its main class and mostly its arguments stand in a file beside
 * it, and not on the command line. What would start the same by {@code java} is put together from what the JVM says of itself.
 */
final class PackagedProgram {
    private static final Logger LOG = Logs.of(PackagedProgram.class);
    private static final String LAUNCHER = "jpackage.app-path";
    private static final String ARGUMENT = "arguments=";

    private PackagedProgram() {}

    /** The launcher that has started this JVM, if it is one of jpackage. */
    static Optional<Path> launcher() {
        return Optional.ofNullable(System.getProperty(LAUNCHER)).map(Path::of);
    }

    /** The launcher of its JDK, which is only there if the program was packaged so. */
    static String java(Optional<Path> typed) {
        return follow(Path.of(System.getProperty("java.home"), "bin/java").toString(), typed);
    }

    /** What is below the program's directory, by the path that was typed: a deploy may switch a link on it. */
    private static String follow(String text, Optional<Path> typed) {
        Optional<Path> real = launcher().map(PackagedProgram::root);
        return typed.isEmpty() || real.isEmpty() ? text : text.replace(real.get() + "/", root(typed.get()) + "/");
    }

    private static Path root(Path launcher) {
        return launcher.resolveSibling("..").normalize();
    }

    /**
     * The words that would start it.
     *
     * @param typed by which path its launcher was started, if it was by one
     * @param arguments what the launcher was given
     */
    static List<String> words(Optional<Path> typed, List<String> arguments) {
        return words(arguments).stream().map(word -> follow(word, typed)).toList();
    }

    private static List<String> words(List<String> arguments) {
        String command = System.getProperty("sun.java.command");
        String classPath = System.getProperty("java.class.path", "");
        // What -jar was said of is the whole class path; JDK 25 packages programs so that are given as a jar.
        boolean isJar = !classPath.isEmpty() && (command + " ").startsWith(classPath + " ");
        String main = isJar ? classPath : command.split(" ", 2)[0];
        List<String> words = new ArrayList<>(List.of(java(Optional.empty())));
        words.addAll(options());
        String modules = System.getProperty("jdk.module.path", "");
        if (!modules.isEmpty()) {
            words.addAll(List.of("-p", modules));
        }
        if (isJar) {
            words.add("-jar");
        } else if (!classPath.isEmpty()) {
            words.addAll(List.of("-cp", classPath));
        }
        if (System.getProperty("jdk.module.main") != null) {
            words.add("-m");
        }
        words.add(main);
        String joined = command.substring(main.length()).strip();
        words.addAll(arguments.isEmpty() ? configured(joined) : arguments);
        return words;
    }

    /** Without those of variables, which a child reads itself. */
    private static List<String> options() {
        List<String> all = ManagementFactory.getRuntimeMXBean().getInputArguments();
        int before = Quoted.split(variable("JAVA_TOOL_OPTIONS")).size();
        int after = Quoted.split(variable(OptionVariables.AFTER)).size();
        return all.subList(Math.min(before, all.size()), Math.max(before, all.size() - after));
    }

    private static String variable(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("");
    }

    /**
     * The arguments in the launcher's file.
     *
     * @param joined the same as the JVM tells them: taken apart at each blank
     */
    private static List<String> configured(String joined) {
        return launcher()
                .map(PackagedProgram::argumentsIn)
                .filter(arguments -> String.join(" ", arguments).equals(joined))
                .orElseGet(() -> joined.isEmpty() ? List.of() : Arrays.asList(joined.split(" ", -1)));
    }

    private static List<String> argumentsIn(Path launcher) {
        Path root = root(launcher);
        Path file = root.resolve("lib/app").resolve(launcher.getFileName() + ".cfg");
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(ARGUMENT))
                    .map(line -> line.substring(ARGUMENT.length())
                            .replace("$APPDIR", root + File.separator + "lib/app")
                            .replace("$BINDIR", root + File.separator + "bin")
                            .replace("$ROOTDIR", root.toString()))
                    .toList();
        } catch (IOException e) {
            LOG.debug("cannot read the arguments in {}", file, e);
            return List.of();
        }
    }
}
