package dev.handoff.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Runs all systems in turns on one machine, and writes what they cost: a page, a plot and every single measurement.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar dev.handoff.benchmarks.SideBySide --help} tells the options. Each
 * round starts every system anew, because two starts of one JVM differ by more than two runs of it: the compiler decides
 * differently. All are loaded for some seconds before anything is measured; then they take short turns, so that a machine that
 * is slower for a minute is slower for all of them.
 */
public final class SideBySide {
    private static final int CLAIM_MISSED = 1;
    private static final int RUN_FAILED = 3;

    /** What another system has had in the processor's caches meanwhile is not measured. */
    private static final int LEAD_IN_SECONDS = 1;

    private record Started(Contender contender, RunningServer server) {}

    private final Options options;
    private final PrintStream progress;
    private final Wrk wrk;
    private final List<Measurement> measurements = new ArrayList<>();

    SideBySide(Options options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
        this.wrk = new Wrk(options.connections());
    }

    /**
     * Runs the comparison and exits: 0 if all claims hold that could be measured, 1 if one is missed, 2 if the command
     * line is wrong, 3 if the run failed.
     *
     * @param arguments as {@code --help} tells
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        CommandLine line = new CommandLine(Options.class);
        line.setExecutionStrategy(parsed -> {
            Integer helped = CommandLine.executeHelpRequest(parsed);
            return helped == null ? measure(line.getCommand()) : helped;
        });
        return line.execute(arguments);
    }

    private static int measure(Options options) {
        try {
            return new SideBySide(options, System.out).run() ? 0 : CLAIM_MISSED;
        } catch (BenchmarkException | UncheckedIOException e) {
            System.err.println("The run failed, and no result was written. " + e.getMessage());
            return RUN_FAILED;
        }
    }

    /**
     * Measures, and writes the results.
     *
     * @return whether all claims hold for which both systems ran
     */
    boolean run() {
        if (!Programs.installed(Wrk.PROGRAM)) {
            throw new BenchmarkException("The load comes from wrk, which is not on the path. Debian: apt install wrk");
        }
        List<Contender> contenders = chosen();
        for (int round = 1; round <= options.rounds(); round++) {
            round(contenders, round);
        }
        Results results = new Results(measurements);
        write(results);
        return Stream.of(Claim.values()).allMatch(claim -> {
            OptionalDouble measured = claim.measured(results);
            return measured.isEmpty() || claim.holds(measured.getAsDouble());
        });
    }

    private List<Contender> chosen() {
        List<String> only = options.only();
        List<Contender> wanted = Contenders.all().stream()
                .filter(contender -> only == null || only.contains(contender.name()))
                .toList();
        wanted.stream()
                .filter(contender -> !contender.installed())
                .forEach(absent -> progress.println(absent.program() + " is not installed: without " + absent.label()));
        return wanted.stream().filter(Contender::installed).toList();
    }

    private void round(List<Contender> contenders, int round) {
        List<Started> all = new ArrayList<>();
        try {
            for (Contender contender : contenders) {
                all.add(new Started(contender, RunningServer.start(contender)));
            }
            all.forEach(this::warmUp);
            for (int turn = 1; turn <= options.turns(); turn++) {
                Turns.order(all, round + turn - 1).forEach(next -> turn(next, round));
            }
        } finally {
            all.forEach(started -> started.server.close());
        }
    }

    private void warmUp(Started started) {
        for (Load load : Load.values()) {
            wrk.run(started.server.target(), load, options.warmUp());
        }
    }

    private void turn(Started started, int round) {
        for (Load load : Load.values()) {
            wrk.run(started.server.target(), load, LEAD_IN_SECONDS);
            Measurement measurement = measure(started, load, round);
            measurements.add(measurement);
            progress.println(line(measurement));
        }
    }

    private Measurement measure(Started started, Load load, int round) {
        ProcessTree processes = started.server.processes();
        CpuTimes before = CpuTimes.now(processes);
        WrkResult result = wrk.run(started.server.target(), load, options.seconds());
        CpuTimes spent = CpuTimes.now(processes).since(before);
        return new Measurement(started.contender, load, round, options.seconds(), result, spent);
    }

    private String line(Measurement measurement) {
        Load load = measurement.load();
        return "round %d/%d  %-38s %-10s %10s requests/s %8s µs CPU a %-10s (others: %.0f %% of a core)"
                .formatted(
                        measurement.round(),
                        options.rounds(),
                        measurement.contender().label(),
                        load.id(),
                        Metric.REQUESTS_PER_SECOND.format(measurement.value(Metric.REQUESTS_PER_SECOND)),
                        Metric.CPU_MICROS.format(measurement.value(Metric.CPU_MICROS)),
                        load.unit(),
                        measurement.othersPercent());
    }

    private void write(Results results) {
        MarkdownReport report = new MarkdownReport(results, circumstances(results));
        try {
            Path directory = Files.createDirectories(options.out());
            Files.writeString(directory.resolve("side-by-side.md"), report.text("side-by-side.svg"));
            Files.writeString(directory.resolve("side-by-side.svg"), new BarChart(results).svg());
            Files.writeString(directory.resolve("side-by-side.csv"), CsvReport.text(results));
            progress.println("Written: " + directory.resolve("side-by-side.md") + ", .svg, .csv");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the results to " + options.out(), e);
        }
    }

    private Map<String, String> circumstances(Results results) {
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        facts.put(
                "JVM flags",
                "`" + String.join(" ", Contenders.JVM_FLAGS)
                        + "`, typed alike for each JVM; Handoff's master adds limits to its workers' (direct memory, exit when out of memory)");
        facts.put(
                "Load",
                "wrk on the same machine, 1 thread, %d connections, GET /plaintext".formatted(options.connections()));
        facts.put(
                "Rounds",
                "%d, each with all systems started anew, %d s of warm-up under each load, then %d turns of %d s under each"
                        .formatted(options.rounds(), options.warmUp(), options.turns(), options.seconds()));
        facts.put(
                "Other programs",
                "took at most %.0f %% of one core during a measurement".formatted(results.mostOthersPercent()));
        return facts;
    }
}
