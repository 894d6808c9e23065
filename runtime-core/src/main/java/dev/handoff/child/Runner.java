package dev.handoff.child;

import dev.handoff.jvm.CommandLine;
import dev.handoff.process.SpawnOptions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program that runs other people's code in its own JVM: a test runner, a build tool, a container. To repeat such a JVM's command
 * line would start the runner once more, and not the code that asks for it.
 */
public final class Runner {
    private static final List<String> RUNNERS = List.of(
            "org.junit.",
            "org.testng.",
            "org.apache.maven.",
            "org.codehaus.mojo.exec.",
            "org.codehaus.plexus.classworlds.",
            "org.gradle.",
            "worker.org.gradle.",
            "sbt.",
            "jdk.jshell.",
            "org.apache.catalina.",
            "org.eclipse.jetty.start.",
            "com.intellij.rt.junit.",
            "com.microsoft.java.test.runner.",
            "org.eclipse.jdt.internal.junit");

    /** Files, by which {@code java -jar} starts a runner. */
    private static final List<String> JARS =
            List.of("surefirebooter", "junit-platform-console", "gradle-wrapper", "sbt-launch");

    private Runner() {}

    /** The one that runs the calling thread, or this whole JVM, by name; empty: this program's own main was started. */
    public static Optional<String> inCharge() {
        return of(Thread.currentThread().getStackTrace())
                .or(() -> of(CommandLine.ofThisProcess().main()));
    }

    /**
     * Refuses options that would start another program than this one, if this one runs in a JVM that is not its own.
     *
     * @throws IllegalStateException naming the runner and the ways out
     */
    public static void refuseToRepeat(SpawnOptions options) {
        boolean repeats = options.runsJvm() && options.main().isEmpty();
        if (repeats) {
            inCharge().ifPresent(runner -> {
                throw new IllegalStateException(
                        "cannot start a process by repeating this program's command line: it runs"
                                + " inside " + runner + ", which would be started once more; name a main class with"
                                + " SpawnOptions.ofMain(Main.class), for a cluster's workers in setupMaster(settings -> …), or run"
                                + " the program in a JVM of its own (exec:exec instead of exec:java)");
            });
        }
    }

    /** The one that has called a thread's code. */
    public static Optional<String> of(StackTraceElement[] stack) {
        return Stream.of(stack)
                .map(StackTraceElement::getClassName)
                .filter(Runner::isOne)
                .findFirst();
    }

    /** The one that a command line starts. */
    static Optional<String> of(CommandLine.Main main) {
        return switch (main.kind()) {
            case CLASS -> Optional.of(main.name()).filter(Runner::isOne);
            case JAR -> Optional.of(main.name()).filter(Runner::isItsJar);
            case MODULE, SOURCE -> Optional.empty();
        };
    }

    private static boolean isOne(String className) {
        return RUNNERS.stream().anyMatch(className::startsWith);
    }

    private static boolean isItsJar(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        return JARS.stream().anyMatch(file::startsWith);
    }
}
