package dev.handoff.cluster;

import dev.handoff.cluster.SchedulingPolicy.Candidate;

/** Comparisons of two candidates that several policies need. */
final class Comparisons {
    private Comparisons() {}

    /** Whether one has fewer connections than the other, or as many and was last chosen earlier. */
    static boolean hasFewer(Candidate one, Candidate other) {
        long difference = one.connections() - other.connections();
        return difference < 0 || (difference == 0 && one.lastTurn() < other.lastTurn());
    }
}
