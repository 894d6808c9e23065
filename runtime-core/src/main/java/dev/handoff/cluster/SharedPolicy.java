package dev.handoff.cluster;

import java.util.List;

/** The policy under which workers accept by themselves. */
enum SharedPolicy implements SchedulingPolicy {
    INSTANCE;

    /** Only for connections of the master itself, such as its probes: strictly in turn. */
    @Override
    public int pick(List<? extends Candidate> candidates, Client client) {
        return SchedulingPolicy.roundRobin().pick(candidates, client);
    }

    @Override
    public boolean masterAccepts() {
        return false;
    }
}
