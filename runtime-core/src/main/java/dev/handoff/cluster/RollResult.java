package dev.handoff.cluster;

import java.time.Duration;
import java.util.List;

/**
 * The result of a roll. What was cut is known only when the old workers have exited: the event {@code roll.drained} says it.
 *
 * @param verdict how it ended
 * @param generation the generation that serves now
 * @param reason why it was not committed; empty if it was
 * @param lastLines the last output of the worker that failed, oldest first
 * @param took from the order to the verdict
 */
public record RollResult(Verdict verdict, int generation, String reason, List<String> lastLines, Duration took) {
    /** How a roll can end. */
    public enum Verdict {
        /** Every worker is of the new generation; those of the old one are draining. */
        COMMITTED,
        /** The new generation failed; the old one goes on serving. */
        ROLLED_BACK,
        /** The cluster stopped before the roll was over. */
        STOPPED,
        /** Another roll was running. */
        REFUSED
    }

    /** Copies the lines. */
    public RollResult {
        lastLines = List.copyOf(lastLines);
    }

    /** Whether the new generation serves. */
    public boolean ok() {
        return verdict == Verdict.COMMITTED;
    }
}
