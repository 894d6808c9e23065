package dev.handoff.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that a run has measured.
 *
 * @param measurements in the order in which they were taken
 */
record Results(List<Measurement> measurements) {
    Results {
        measurements = List.copyOf(measurements);
    }

    /** The contenders that ran, in the order of the first round. */
    List<Contender> contenders() {
        return measurements.stream().map(Measurement::contender).distinct().toList();
    }

    /** What the rounds gave for a contender that ran. */
    Spread spread(Contender contender, Load load, Metric metric) {
        return Spread.of(measurements.stream()
                .filter(measurement -> measurement.contender().equals(contender))
                .filter(measurement -> measurement.load() == load)
                .mapToDouble(measurement -> measurement.value(metric))
                .toArray());
    }

    /** The median of one contender divided by that of another; empty unless both ran. */
    OptionalDouble ratio(String name, String against, Load load, Metric metric) {
        Optional<Contender> one = contender(name);
        Optional<Contender> other = contender(against);
        if (one.isEmpty() || other.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(spread(one.get(), load, metric).median()
                / spread(other.get(), load, metric).median());
    }

    /** The most that other programs took during a measurement, in percent of one core. */
    double mostOthersPercent() {
        return measurements.stream()
                .mapToDouble(Measurement::othersPercent)
                .max()
                .orElse(0);
    }

    private Optional<Contender> contender(String name) {
        return contenders().stream()
                .filter(contender -> contender.name().equals(name))
                .findAny();
    }
}
