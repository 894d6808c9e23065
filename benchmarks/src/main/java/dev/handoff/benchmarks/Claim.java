package dev.handoff.benchmarks;

import java.util.Locale;
import java.util.OptionalDouble;

/** What Handoff promises about its cost, as a ratio of two medians. */
enum Claim {
    P1_NETTY("P1", Load.CLOSE, Metric.CPU_MICROS, Contenders.NETTY, 1.35),
    P1_NODE("P1", Load.CLOSE, Metric.CPU_MICROS, Contenders.NODE, 0.32),
    P2_NODE("P2", Load.CLOSE, Metric.REQUESTS_PER_SECOND, Contenders.NODE, 2.1),
    P2_NETTY("P2", Load.CLOSE, Metric.REQUESTS_PER_SECOND, Contenders.NETTY, 0.80),
    P3_NETTY("P3", Load.KEEP_ALIVE, Metric.CPU_MICROS, Contenders.NETTY, 1.03),
    P3_NODE("P3", Load.KEEP_ALIVE, Metric.CPU_MICROS, Contenders.NODE, 0.5),
    P3_NODE_RATE("P3", Load.KEEP_ALIVE, Metric.REQUESTS_PER_SECOND, Contenders.NODE, 1.5);

    private final String id;
    private final Load load;
    private final Metric metric;
    private final String against;
    private final double bound;

    Claim(String id, Load load, Metric metric, String against, double bound) {
        this.id = id;
        this.load = load;
        this.metric = metric;
        this.against = against;
        this.bound = bound;
    }

    /** Its number; a claim may have several parts. */
    String id() {
        return id;
    }

    /** What is claimed, in words. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s, %s: %s %s × %s",
                load.title().toLowerCase(Locale.ROOT),
                metric.title(load),
                metric == Metric.CPU_MICROS ? "at most" : "at least",
                bound,
                against);
    }

    /** The ratio as measured; empty unless both systems ran. */
    OptionalDouble measured(Results results) {
        return results.ratio(Contenders.HANDOFF, against, load, metric);
    }

    /** Whether a ratio is as claimed. */
    boolean holds(double ratio) {
        return metric == Metric.CPU_MICROS ? ratio <= bound : ratio >= bound;
    }
}
