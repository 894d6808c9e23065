package dev.handoff.signals;

import java.time.Duration;

/**
 * Tells one order to stop from a second one. Terminals, {@code timeout(1)}, {@code npm} and service managers send a
 * signal to the process and to its group within milliseconds: that is one order. One thread.
 */
final class StopSignals {
    /** What comes within this time after the first signal is the same order. */
    static final Duration ONE_ORDER = Duration.ofMillis(500);

    /** What a signal asks for. */
    enum Meaning {
        /** The first one: stop gracefully. */
        STOP,
        /** The first order again. */
        SAME_ORDER,
        /** A second order: stop at once. */
        AT_ONCE
    }

    private boolean ordered;
    private long orderedNanos;

    /**
     * Takes a signal.
     *
     * @param arrivedNanos when it arrived, a reading of {@link System#nanoTime}
     */
    Meaning take(long arrivedNanos) {
        if (!ordered) {
            ordered = true;
            orderedNanos = arrivedNanos;
            return Meaning.STOP;
        }
        return arrivedNanos - orderedNanos < ONE_ORDER.toNanos() ? Meaning.SAME_ORDER : Meaning.AT_ONCE;
    }
}
