package dev.handoff.cluster;

import java.time.Duration;
import java.util.List;

/**
 * How a roll went. What it has cut is known when the workers that it has left behind are gone: the event {@code roll.drained} says so.
 *
 * @param verdict the end of it
 * @param generation the generation that serves now
 * @param reason why, if it was not committed
 * @param lastLines the last output of the worker to blame, oldest first
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
