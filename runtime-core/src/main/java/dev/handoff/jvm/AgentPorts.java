package dev.handoff.jvm;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** Ports of agents for one child: the number that was typed, moved on to the next free one. */
public final class AgentPorts {
    private static final int TRIES = 1000;
    private static final int LAST = 65_535;

    private final int offset;
    private final IntPredicate free;
    private final Map<Integer, Integer> chosen = new HashMap<>();

    /**
     * Ports for one child.
     *
     * @param offset how far the number that was typed is moved
     * @param free whether a port can be listened on
     */
    public AgentPorts(int offset, IntPredicate free) {
        this.offset = offset;
        this.free = free;
    }

    /**
     * The child's port in place of that one; always the same for the same, as JMX may use one for two purposes.
     *
     * @return 0, any, if none of the next thousand is free, or the typed one was 0
     */
    public int inPlaceOf(int typed) {
        Integer known = chosen.get(typed);
        if (known != null) {
            return known;
        }
        int port = typed == 0 ? 0 : nextFree(typed + offset);
        chosen.put(typed, port);
        return port;
    }

    private int nextFree(int first) {
        for (int port = first; port <= Math.min(LAST, first + TRIES); port++) {
            if (!chosen.containsValue(port) && free.test(port)) {
                return port;
            }
        }
        return 0;
    }
}
