package dev.handoff.cluster;

import dev.handoff.cluster.SchedulingPolicy.Candidate;

/** What several policies ask of two candidates. */
final class Comparisons {
    private Comparisons() {}

    /** Whether one has fewer connections than another, or as many and was not chosen for longer. */
    static boolean hasFewer(Candidate one, Candidate other) {
        long difference = one.connections() - other.connections();
        return difference < 0 || (difference == 0 && one.lastTurn() < other.lastTurn());
    }
}
