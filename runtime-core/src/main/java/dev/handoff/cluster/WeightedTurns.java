package dev.handoff.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Start-time fair queueing among slots: the smaller the weight of a slot, the longer lasts its turn; the slot whose next turn begins first
 * is chosen. A slot that was away does not catch up. Source: Goyal, Vin and Cheng, Start-Time Fair Queueing, 1996.
 *
 * <p>Called on the acceptor's thread only.
 */
final class WeightedTurns implements SchedulingPolicy {
    private final Map<Integer, Integer> weights;

    /** The end of each slot's last turn, by slot. */
    private final Map<Integer, Double> ends = new HashMap<>();

    /** The begin of the last turn. */
    private double now;

    WeightedTurns(Map<Integer, Integer> weights) {
        weights.forEach(WeightedTurns::check);
        this.weights = Map.copyOf(weights);
    }

    private static void check(int slot, int weight) {
        if (slot < 1 || weight < 1) {
            throw new IllegalArgumentException(
                    "slots and weights are at least 1: slot " + slot + " cannot have the weight " + weight);
        }
    }

    @Override
    public int pick(List<? extends Candidate> candidates, Client client) {
        int first = 0;
        for (int index = 1; index < candidates.size(); index++) {
            if (start(candidates.get(index)) < start(candidates.get(first))) {
                first = index;
            }
        }
        Candidate chosen = candidates.get(first);
        now = start(chosen);
        ends.put(chosen.slot(), now + 1.0 / weights.getOrDefault(chosen.slot(), 1));
        return first;
    }

    /** The begin of its next turn: the end of its last one, or now if that is earlier. */
    private double start(Candidate candidate) {
        return Math.max(now, ends.getOrDefault(candidate.slot(), 0.0));
    }
}
