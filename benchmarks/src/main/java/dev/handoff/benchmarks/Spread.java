package dev.handoff.benchmarks;

import java.util.Arrays;

/** What several rounds gave for one metric: the least, the median, the most. */
record Spread(double least, double median, double most) {
    /**
     * The spread of one value or more; of an even number of them, the median is the mean of the two in the middle.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("No value, no median");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }
}
