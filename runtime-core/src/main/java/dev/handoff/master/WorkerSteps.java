package dev.handoff.master;

import static dev.handoff.cluster.WorkerState.DRAINING;
import static dev.handoff.cluster.WorkerState.EXITED;
import static dev.handoff.cluster.WorkerState.KILLING;
import static dev.handoff.cluster.WorkerState.ONLINE;
import static dev.handoff.cluster.WorkerState.PROBING;
import static dev.handoff.cluster.WorkerState.READY;
import static dev.handoff.cluster.WorkerState.STARTING;
import static dev.handoff.cluster.WorkerState.SUSPECT;
import static dev.handoff.cluster.WorkerState.TERMINATING;

import dev.handoff.cluster.WorkerState;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The steps of a worker's life that {@link WorkerState} draws, and what its states have in common. */
final class WorkerSteps {
    private static final Set<WorkerState> STARTS = Collections.unmodifiableSet(EnumSet.of(STARTING, ONLINE, PROBING));
    private static final Set<WorkerState> SERVES = Collections.unmodifiableSet(EnumSet.of(READY, SUSPECT));

    private WorkerSteps() {}

    /** On its way to readiness. */
    static boolean isStarting(WorkerState state) {
        return STARTS.contains(state);
    }

    /** Was ready and has not begun to leave. */
    static boolean isServing(WorkerState state) {
        return SERVES.contains(state);
    }

    /** Takes nothing more, for good. */
    static boolean isLeaving(WorkerState state) {
        return !isStarting(state) && !isServing(state);
    }

    /** Whether a worker may go from one state straight to the other. */
    static boolean isLegal(WorkerState from, WorkerState to) {
        return switch (to) {
            case STARTING -> false;
            case ONLINE -> from == STARTING;
            case PROBING -> from == ONLINE;
            case READY -> from == PROBING || from == SUSPECT;
            case SUSPECT -> from == READY;
            case DRAINING -> !isLeaving(from);
            case TERMINATING -> !isLeaving(from) || from == DRAINING;
            case KILLING -> from != KILLING && from != EXITED;
            case EXITED -> from != EXITED;
        };
    }
}
