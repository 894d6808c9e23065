package dev.handoff.master;

import dev.handoff.workers.ClusterEvents;
import java.util.Locale;

/** How the cluster as a whole is; told when it changes. The supervisor's thread only. */
final class Condition {
    /** How a cluster can be. */
    enum State {
        /** Its first workers start. */
        BOOTING,
        /** As many workers are ready as are wanted. */
        SERVING,
        /** Fewer are. */
        DEGRADED,
        /** None is: clients wait. */
        EMPTY,
        /** It was told to stop. */
        STOPPING
    }

    private final ClusterEvents events;
    private State state = State.BOOTING;

    Condition(ClusterEvents events) {
        this.events = events;
    }

    /** Looks at the numbers. */
    void note(int ready, int wanted, boolean stopping, int generation) {
        State next = next(ready, wanted, stopping);
        if (next != state) {
            state = next;
            String cause = ready + " of " + wanted + " workers ready";
            events.publish("cluster." + next.name().toLowerCase(Locale.ROOT), 0, generation, cause);
        }
    }

    private State next(int ready, int wanted, boolean stopping) {
        if (stopping) {
            return State.STOPPING;
        }
        if (ready >= wanted) {
            return State.SERVING;
        }
        if (state == State.BOOTING) {
            return State.BOOTING;
        }
        return ready == 0 ? State.EMPTY : State.DEGRADED;
    }
}
