package dev.handoff.workers;

import static dev.handoff.cluster.WorkerState.DRAINING;
import static dev.handoff.cluster.WorkerState.EXITED;
import static dev.handoff.cluster.WorkerState.KILLING;
import static dev.handoff.cluster.WorkerState.ONLINE;
import static dev.handoff.cluster.WorkerState.PROBING;
import static dev.handoff.cluster.WorkerState.READY;
import static dev.handoff.cluster.WorkerState.STARTING;
import static dev.handoff.cluster.WorkerState.SUSPECT;

import dev.handoff.cluster.WorkerState;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.event.Level;

/** The steps of a worker's life, and what its states have in common. */
public enum WorkerSteps {
    /** Those that {@link WorkerState} draws. */
    SUPERVISED,
    /**
     * Of a worker that the program has forked. It is neither probed nor watched, and ready as soon as it listens. The program knows
     * by itself what it starts and ends: that is logged for debugging only.
     */
    FORKED;

    private static final Set<WorkerState> STARTS = Collections.unmodifiableSet(EnumSet.of(STARTING, ONLINE, PROBING));
    private static final Set<WorkerState> SERVES = Collections.unmodifiableSet(EnumSet.of(READY, SUSPECT));

    /** On its way to readiness. */
    public static boolean isStarting(WorkerState state) {
        return STARTS.contains(state);
    }

    /** Was ready and has not begun to leave. */
    public static boolean isServing(WorkerState state) {
        return SERVES.contains(state);
    }

    /** Takes nothing more, for good. */
    public static boolean isLeaving(WorkerState state) {
        return !isStarting(state) && !isServing(state);
    }

    /** Whether a worker may go from one state straight to the other. */
    public boolean isLegal(WorkerState from, WorkerState to) {
        return switch (to) {
            case STARTING -> false;
            case ONLINE -> from == STARTING;
            case PROBING -> this == SUPERVISED && from == ONLINE;
            case READY -> this == SUPERVISED ? from == PROBING || from == SUSPECT : from == ONLINE;
            case SUSPECT -> this == SUPERVISED && from == READY;
            case DRAINING -> !isLeaving(from);
            case TERMINATING -> !isLeaving(from) || from == DRAINING;
            case KILLING -> from != KILLING && from != EXITED;
            case EXITED -> from != EXITED;
        };
    }

    /** How loudly a step is logged. */
    Level level(WorkerState from, WorkerState to) {
        return switch (to) {
            case STARTING, ONLINE, PROBING -> Level.DEBUG;
            case READY, DRAINING -> this == SUPERVISED ? Level.INFO : Level.DEBUG;
            case SUSPECT, TERMINATING, KILLING -> Level.WARN;
            case EXITED -> this == FORKED ? Level.DEBUG : isLeaving(from) ? Level.INFO : Level.WARN;
        };
    }
}
