package dev.handoff.worker;

import java.util.BitSet;

/** Which lanes of a worker are not drained yet. A lane may still fail after it was drained. Any thread. */
final class LanesToDrain {
    private final BitSet left = new BitSet();

    /** That many lanes bring connections from now on. */
    synchronized void begin(int lanes) {
        left.set(0, lanes);
    }

    /**
     * A lane is drained: no more connections come on it.
     *
     * @param lane its index
     * @return whether it was the last of them; true once
     */
    synchronized boolean drained(int lane) {
        boolean first = left.get(lane);
        left.clear(lane);
        return first && left.isEmpty();
    }
}
