package dev.handoff.benchmarks;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * The load: wrk with one thread, so that on two cores the server has at least one to itself.
 *
 * @param connections connections open at a time
 */
record Wrk(int connections) {
    /** The program, looked for on the path. */
    static final String PROGRAM = "wrk";

    /**
     * Loads a server for a while.
     *
     * @throws BenchmarkException if wrk fails, or counts a single error
     */
    WrkResult run(URI target, Load load, int seconds) {
        List<String> command = new ArrayList<>(
                List.of(PROGRAM, "--threads", "1", "--connections", "" + connections, "--duration", seconds + "s"));
        command.addAll(load.wrkOptions());
        command.add(target.toString());
        Programs.Outcome outcome = Programs.run(command);
        if (outcome.status() != 0) {
            throw new BenchmarkException("%s failed:%n%s".formatted(command, outcome.output()));
        }
        return WrkResult.parse(outcome.output());
    }
}
