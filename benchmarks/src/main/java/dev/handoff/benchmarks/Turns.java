package dev.handoff.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Who goes when: each round begins with another, and every second round goes backwards, so that all share any drift. */
final class Turns {
    private Turns() {}

    /**
     * The order of one round; the first round's is the given one.
     *
     * @param round counted from 1
     */
    static <T> List<T> order(List<T> all, int round) {
        List<T> order = new ArrayList<>(all);
        Collections.rotate(order, 1 - round);
        if (round % 2 == 0) {
            Collections.reverse(order);
        }
        return order;
    }
}
