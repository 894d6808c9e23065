package dev.handoff.cluster;

import java.util.List;

/** The policy under which the master accepts nothing. */
enum SharedPolicy implements SchedulingPolicy {
    INSTANCE;

    /** Chosen from only for what the master itself hands over, such as its probes: strictly in turn. */
    @Override
    public int pick(List<? extends Candidate> candidates, Client client) {
        return SchedulingPolicy.roundRobin().pick(candidates, client);
    }

    @Override
    public boolean masterAccepts() {
        return false;
    }
}
