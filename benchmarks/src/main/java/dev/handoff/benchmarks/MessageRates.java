package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many messages a second go from one worker to another through the master, beside Node's (claim P6): small JSON, and 64
 * bytes; Node sends the latter in its binary form. The systems take turns, each started anew, and the last of several
 * rounds of messages counts.
 */
public final class MessageRates {
    private static final int TURNS = 5;
    private static final int MESSAGES = 200_000;
    private static final int ROUNDS = 8;
    private static final double WANTED = 5;
    private static final Path RESULT = Path.of("benchmarks", "results", "messages.md");

    private MessageRates() {}

    /** Writes the table to {@code benchmarks/results/messages.md}. */
    public static void main(String[] arguments) throws IOException {
        Path script = Files.createTempFile("messages-", ".js");
        try (InputStream in = MessageRates.class.getResourceAsStream("messages.js")) {
            Files.write(script, in.readAllBytes());
            Files.writeString(RESULT, table(script));
        } finally {
            Files.delete(script);
        }
        System.out.println("Written: " + RESULT);
    }

    private static String table(Path script) {
        StringBuilder page = new StringBuilder("# Messages from worker to worker, through the master\n\n"
                + "Messages per second: the median of " + TURNS + " turns, the least and the most in brackets.\n\n"
                + "| | Handoff | Node | ratio | claim P6 |\n|---|---:|---:|---:|---|\n");
        for (String format : List.of("json", "bytes")) {
            page.append(row(format, script));
        }
        page.append("\n| | |\n|---|---|\n");
        Machine.facts().forEach((name, value) -> page.append("| %s | %s |%n".formatted(name, value)));
        return page.toString();
    }

    private static String row(String format, Path script) {
        double[] ours = new double[TURNS];
        double[] nodes = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            ours[turn] = rate(java(format));
            nodes[turn] = rate(List.of("node", script.toString(), format, "" + MESSAGES, "" + ROUNDS));
            System.out.printf(Locale.ROOT, "%s: %,.0f, Node %,.0f%n", format, ours[turn], nodes[turn]);
        }
        Spread our = Spread.of(ours);
        Spread node = Spread.of(nodes);
        double ratio = our.median() / node.median();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.2f | at least %.0f: %s |%n",
                format.equals("json") ? "small JSON" : "64 bytes",
                text(our),
                text(node),
                ratio,
                WANTED,
                ratio >= WANTED ? "holds" : "**missed**");
    }

    private static String text(Spread spread) {
        return String.format(Locale.ROOT, "%,.0f [%,.0f–%,.0f]", spread.median(), spread.least(), spread.most());
    }

    private static List<String> java(String format) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Contenders.JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MessageProgram.class.getName()));
        command.addAll(List.of(format, "" + MESSAGES, "" + ROUNDS));
        return command;
    }

    /** The line of the output that is a number. */
    private static double rate(List<String> command) {
        Programs.Outcome outcome = Programs.run(command);
        String[] lines = outcome.output().strip().split("\n", -1);
        for (String line : lines) {
            if (line.matches("[0-9]+")) {
                return Double.parseDouble(line);
            }
        }
        throw new BenchmarkException(command + " told no rate. It printed:\n" + outcome.output());
    }
}
