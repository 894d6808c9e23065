package dev.handoff.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The programs of other people that a run needs. */
final class Programs {
    private Programs() {}

    /** Whether a program is on the path, or, given with a directory, is there. */
    static boolean installed(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Stream.of(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory).resolve(program))
                .anyMatch(Files::isExecutable);
    }

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output everything that it printed, standard error among it: nginx tells its version there
     */
    record Outcome(int status, String output) {}

    /**
     * Runs a program to its end.
     *
     * @throws BenchmarkException if it cannot be started
     */
    static Outcome run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw new BenchmarkException("Cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("Interrupted while waiting for " + command, e);
        }
    }
}
