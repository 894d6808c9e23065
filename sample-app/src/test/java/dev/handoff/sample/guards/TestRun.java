package dev.handoff.sample.guards;

import dev.handoff.sample.rig.Tool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A test of this repository in a JVM of its own, against a jar of the sample application: its classes come before all others, and
 * it is the jar that system tests start their clusters from, for they look for it below their working directory.
 */
public final class TestRun {
    private static final String GREEN = "the test is green";
    private static final String RED = "the test is red: ";

    /** So long a test may take: it has to end what it has started before its JVM is ended. */
    private static final String LIMIT = "4 m";

    private TestRun() {}

    /**
     * Runs a test.
     *
     * @param directory for a working directory; nobody else's
     * @param test its class and method, {@code acceptor.LedgerTest#nothingIsSentBeyondTheCredit}, below {@code dev.handoff}
     * @return what it has failed with, if it has
     */
    public static Optional<String> of(Path jar, Path directory, String test) throws IOException {
        Path target = Files.createDirectory(directory.resolve("target"));
        Path app = Files.createLink(target.resolve("sample-app.jar"), jar);
        Files.createSymbolicLink(
                target.resolve("test-classes"), Path.of("target/test-classes").toAbsolutePath());
        String printed = Tool.run(command(app, directory, test));
        Optional<String> failure = printed.lines()
                .filter(line -> line.startsWith(RED))
                .map(line -> line.substring(RED.length()))
                .findFirst();
        if (failure.isEmpty() && !printed.contains(GREEN)) {
            throw new AssertionError(test + " was not run:\n" + printed);
        }
        return failure;
    }

    private static String[] command(Path jar, Path directory, String test) {
        String java = System.getProperty("handoff.test.java");
        List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString()));
        // Without a guard connections may stay with a worker that leaves: they are not waited for as long as usual.
        command.add("HANDOFF_DRAIN_LIMIT=1");
        command.addAll(List.of(java + "/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dhandoff.test.java=" + java);
        // It costs more to make than one test gains.
        command.add("-Dhandoff.test.withoutArchive=true");
        command.add("-Djunit.jupiter.execution.timeout.default=" + LIMIT);
        // What a test waits for may never come.
        command.add("-Dhandoff.test.patience=10");
        command.addAll(List.of("-cp", jar + File.pathSeparator + System.getProperty("java.class.path")));
        command.add(TestRun.class.getName());
        command.add(test);
        return command.toArray(String[]::new);
    }

    /** Runs the test that the argument names, and prints what has become of it. */
    public static void main(String[] args) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectMethod("dev.handoff." + args[0]))
                                .build(),
                        listener);
        System.out.println(result(Objects.requireNonNull(listener.getSummary())));
        System.exit(0);
    }

    private static String result(TestExecutionSummary summary) {
        if (summary.getTestsFoundCount() == 0) {
            return "there is no such test";
        }
        return summary.getFailures().stream()
                .map(failure -> RED + failure.getException().toString().replaceAll("\\s+", " "))
                .findFirst()
                .orElse(GREEN);
    }
}
