package dev.handoff.benchmarks;

import java.time.Duration;

/**
 * One contender under one load in one round.
 *
 * @param round counted from 1
 * @param seconds how long it was loaded
 * @param cpu what was spent meanwhile
 */
record Measurement(Contender contender, Load load, int round, int seconds, WrkResult result, CpuTimes cpu) {
    /** The value of one metric. */
    double value(Metric metric) {
        return switch (metric) {
            case REQUESTS_PER_SECOND -> result.requestsPerSecond();
            case CPU_MICROS -> cpu.server().toNanos() / 1e3 / result.requests();
        };
    }

    /** What other programs took meanwhile, in percent of one core: the more, the less the figures are worth. */
    double othersPercent() {
        return 100.0 * cpu.others().toMillis() / Duration.ofSeconds(seconds).toMillis();
    }
}
