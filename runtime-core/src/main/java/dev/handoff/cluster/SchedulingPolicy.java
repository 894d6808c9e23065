package dev.handoff.cluster;

import java.util.List;

/**
 * Who gets the next connection. Called on the acceptor's thread and must not block; keeps no state: what it needs is in
 * the candidates.
 */
@FunctionalInterface
public interface SchedulingPolicy {
    /**
     * Chooses.
     *
     * @param candidates at least one, each ready and with credit, in the order of their ids
     * @return an index into them
     */
    int pick(List<? extends Candidate> candidates);

    /**
     * Whether the master accepts and hands over. If not, workers accept from the shared listener by themselves, and
     * nobody is asked; then the claims about strictness and about the rescue of connections do not hold.
     */
    default boolean masterAccepts() {
        return true;
    }

    /** A worker that may be chosen. */
    interface Candidate {
        /** Its id. */
        int workerId();

        /** The place it fills, from 1. */
        int slot();

        /** The number of the turn in which it was chosen last, counted over all workers; 0 if never. */
        long lastTurn();
    }

    /** Strictly in turn: whoever was not chosen for the longest time. */
    static SchedulingPolicy roundRobin() {
        return candidates -> {
            int longest = 0;
            for (int index = 1; index < candidates.size(); index++) {
                if (candidates.get(index).lastTurn() < candidates.get(longest).lastTurn()) {
                    longest = index;
                }
            }
            return longest;
        };
    }

    /** Nobody's choice: workers accept from the shared listener, and the kernel decides (Node's SCHED_NONE). */
    static SchedulingPolicy shared() {
        return SharedPolicy.INSTANCE;
    }
}
