package dev.handoff.benchmarks;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every single measurement, for machines. */
final class CsvReport {
    private static final String HEAD =
            "round,system,load,requests,requests_per_second,cpu_micros_per_request,others_cpu_percent";

    private CsvReport() {}

    /** One line for each measurement, in the order in which they were taken, after one with the names of the columns. */
    static String text(Results results) {
        return Stream.concat(Stream.of(HEAD), results.measurements().stream().map(CsvReport::line))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(Measurement measurement) {
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%d,%.2f,%.3f,%.1f",
                measurement.round(),
                measurement.contender().name(),
                measurement.load().id(),
                measurement.result().requests(),
                measurement.value(Metric.REQUESTS_PER_SECOND),
                measurement.value(Metric.CPU_MICROS),
                measurement.othersPercent());
    }
}
