package dev.handoff.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The names of the policies in settings. */
final class PolicyNames {
    private static final String WEIGHTED = "weighted:";
    private static final int MAX_WEIGHT = 1000;

    private PolicyNames() {}

    /** A policy by its name; {@code weighted:3,1}: the weights of slots 1 and 2. */
    static SchedulingPolicy policyOf(String text) {
        return switch (text) {
            case "round-robin" -> SchedulingPolicy.roundRobin();
            case "least-connections" -> SchedulingPolicy.leastConnections();
            case "power-of-two" -> SchedulingPolicy.powerOfTwoChoices();
            case "consistent-hash" -> SchedulingPolicy.consistentHash();
            case "shared" -> SchedulingPolicy.shared();
            default ->
                weights(text)
                        .map(SchedulingPolicy::weighted)
                        .orElseThrow(() -> new IllegalArgumentException("policy = '" + text
                                + "': expected round-robin, least-connections, power-of-two, consistent-hash, shared, or "
                                + "weighted: and the weights of the slots, 1 to " + MAX_WEIGHT
                                + " each, as in weighted:3,1"));
        };
    }

    private static Optional<Map<Integer, Integer>> weights(String text) {
        if (!text.startsWith(WEIGHTED)) {
            return Optional.empty();
        }
        Map<Integer, Integer> bySlot = new HashMap<>();
        for (String weight : text.substring(WEIGHTED.length()).split(",", -1)) {
            if (!weight.matches("[0-9]{1,4}")
                    || Integer.parseInt(weight) < 1
                    || Integer.parseInt(weight) > MAX_WEIGHT) {
                return Optional.empty();
            }
            bySlot.put(bySlot.size() + 1, Integer.parseInt(weight));
        }
        return Optional.of(bySlot);
    }
}
