package dev.handoff.worker;

import java.util.BitSet;

/** Which of a worker's lanes still bring connections. A lane that has brought its last one may fail behind that. Any thread. */
final class LanesToDrain {
    private final BitSet left = new BitSet();

    /** So many lanes bring connections from now on. */
    synchronized void begin(int lanes) {
        left.set(0, lanes);
    }

    /**
     * A lane has brought its last connection.
     *
     * @param lane its index
     * @return whether it was the last of them, which is told once
     */
    synchronized boolean drained(int lane) {
        boolean first = left.get(lane);
        left.clear(lane);
        return first && left.isEmpty();
    }
}
