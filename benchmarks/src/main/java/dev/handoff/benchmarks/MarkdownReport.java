package dev.handoff.benchmarks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results as a page: the claims, a table for each load, and the circumstances. */
final class MarkdownReport {
    private final Results results;
    private final Map<String, String> circumstances;

    /**
     * A report, not yet written.
     *
     * @param circumstances what has to be known to judge the figures: machine, versions, how it was measured
     */
    MarkdownReport(Results results, Map<String, String> circumstances) {
        this.results = results;
        this.circumstances = Collections.unmodifiableMap(new LinkedHashMap<>(circumstances));
    }

    /** The whole page. */
    String text(String plot) {
        return Stream.of(
                        Stream.of(
                                "# Side by side",
                                "",
                                "Medians of all rounds, the least and the most in brackets. Server CPU is user and system time of the"
                                        + " server's whole process tree;",
                                "a ratio is one median divided by another.",
                                "",
                                "![Server CPU and requests per second of all systems](" + plot + ")",
                                ""),
                        Stream.of(Load.values()).flatMap(this::loadTable),
                        claims(),
                        circumstances())
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Stream<String> loadTable(Load load) {
        Stream<String> head = Stream.of(
                "## " + load.title(),
                "",
                row(List.of(
                        "System",
                        Metric.REQUESTS_PER_SECOND.title(load),
                        "× Netty",
                        "× Node",
                        Metric.CPU_MICROS.title(load),
                        "× Netty",
                        "× Node")),
                "|---|---:|---:|---:|---:|---:|---:|");
        Stream<String> rows = results.contenders().stream().map(contender -> systemRow(contender, load));
        return Stream.of(head, rows, Stream.of("")).flatMap(lines -> lines);
    }

    private String systemRow(Contender contender, Load load) {
        return row(Stream.of(
                        Stream.of(contender.label()),
                        cells(contender, load, Metric.REQUESTS_PER_SECOND),
                        cells(contender, load, Metric.CPU_MICROS))
                .flatMap(cells -> cells)
                .toList());
    }

    private Stream<String> cells(Contender contender, Load load, Metric metric) {
        Spread spread = results.spread(contender, load, metric);
        return Stream.of(
                "%s [%s–%s]"
                        .formatted(
                                metric.format(spread.median()),
                                metric.format(spread.least()),
                                metric.format(spread.most())),
                ratio(results.ratio(contender.name(), Contenders.NETTY, load, metric)),
                ratio(results.ratio(contender.name(), Contenders.NODE, load, metric)));
    }

    private Stream<String> claims() {
        return Stream.concat(
                Stream.of("## The claims", "", "| | Claim | Measured | |", "|---|---|---:|---|"),
                Stream.concat(Stream.of(Claim.values()).map(this::claimRow), Stream.of("")));
    }

    private String claimRow(Claim claim) {
        OptionalDouble measured = claim.measured(results);
        String verdict =
                measured.isEmpty() ? "not measured" : claim.holds(measured.getAsDouble()) ? "holds" : "**missed**";
        return row(List.of(claim.id(), claim.text(), exactRatio(measured), verdict));
    }

    private Stream<String> circumstances() {
        return Stream.concat(
                Stream.of("## Circumstances", "", "| | |", "|---|---|"),
                circumstances.entrySet().stream().map(fact -> row(List.of(fact.getKey(), fact.getValue()))));
    }

    private static String ratio(OptionalDouble ratio) {
        return ratio.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", ratio.getAsDouble());
    }

    /** With so many digits that a claim missed by a hair does not look as if it held. */
    private static String exactRatio(OptionalDouble ratio) {
        return ratio.isEmpty() ? "" : String.format(Locale.ROOT, "%.4f", ratio.getAsDouble());
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
