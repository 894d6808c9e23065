package dev.handoff.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the clients of this system, of Node's cluster and of nginx lose when each does its own graceful reload (claims R1 to R3): HUP;
 * Node's cluster forks new workers and disconnects an old one when a new one listens. The client is the one of this project's tests: it
 * never tries anything again, and honours an announced close.
 */
public final class Reloads {
    private static final int RELOADS = 4;
    private static final List<String> SYSTEMS = List.of(Contenders.HANDOFF, Contenders.NODE, Contenders.NGINX);
    private static final Path RESULT = Path.of("benchmarks", "results", "reloads.md");

    private Reloads() {}

    /** Writes the table to {@code benchmarks/results/reloads.md}. */
    public static void main(String[] arguments) throws IOException {
        StringBuilder page = new StringBuilder("# What a reload costs clients\n\n"
                + RELOADS + " graceful reloads each, under a load of new and kept connections, with " + Reload.AT_REST
                + " silent and " + Reload.AT_REST
                + " idle connections at each of them. Plain HTTP/1.1, default settings.\n"
                + "A busy client sends its next request within 2 ms, and does not look first whether its connection was closed"
                + " meanwhile.\n\n"
                + "| system | reloads | sent | new connections lost | busy keep-alive lost | silent ones closed"
                + " | idle keep-alive closed |\n|---|---:|---:|---:|---:|---:|---:|\n");
        for (Contender contender : Contenders.all()) {
            if (SYSTEMS.contains(contender.name()) && contender.installed()) {
                String row = row(contender.label(), Reload.times(RELOADS, contender));
                System.out.print(row);
                page.append(row);
            }
        }
        page.append("\n| | |\n|---|---|\n");
        Machine.facts().forEach((name, value) -> page.append("| %s | %s |%n".formatted(name, value)));
        Files.writeString(RESULT, page);
        System.out.println("Written: " + RESULT);
    }

    private static String row(String label, Reload.Outcome outcome) {
        int atRest = RELOADS * Reload.AT_REST;
        return "| %s | %d | %,d | %d | %d | %d of %d | %d of %d |%n"
                .formatted(
                        label,
                        RELOADS,
                        outcome.sent(),
                        outcome.newLost(),
                        outcome.busyLost(),
                        outcome.silentClosed(),
                        atRest,
                        outcome.idleClosed(),
                        atRest);
    }
}
