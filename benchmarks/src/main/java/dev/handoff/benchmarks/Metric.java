package dev.handoff.benchmarks;

import java.util.Locale;

/** What is compared. */
enum Metric {
    /** CPU time of the server's whole process tree, in microseconds, for each request; less is better. */
    CPU_MICROS("%.1f"),
    /** Responses that arrived whole, each second; more is better. */
    REQUESTS_PER_SECOND("%,.0f");

    private final String format;

    Metric(String format) {
        this.format = format;
    }

    /** Which way is up. */
    String better() {
        return this == CPU_MICROS ? "less is better" : "more is better";
    }

    /** How a value is written in tables and plots. */
    String format(double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** Its heading under a load. */
    String title(Load load) {
        return this == CPU_MICROS ? "server CPU µs per " + load.unit() : "requests/s";
    }
}
