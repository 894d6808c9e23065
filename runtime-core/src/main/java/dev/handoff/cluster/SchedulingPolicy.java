package dev.handoff.cluster;

import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses the worker that gets the next connection. Called on the acceptor's thread, of one cluster only. It must not block, because no
 * client is served meanwhile; a supervised cluster interrupts a choice that takes a second. What it throws goes to the log, and the first of
 * the candidates gets the connection.
 *
 * <p>Each policy chooses among the candidates: a worker that has no credit, or has just refused a connection, is not among them.
 */
@FunctionalInterface
public interface SchedulingPolicy {
    /**
     * Chooses.
     *
     * @param candidates at least one, each ready and with credit, in the order of their ids
     * @param client the client of the connection
     * @return an index into them
     */
    int pick(List<? extends Candidate> candidates, Client client);

    /**
     * Whether the master accepts connections and hands them off. If not, workers accept from the shared listener by themselves, and the policy
     * is not asked. Then the order is the kernel's, and a connection that a worker accepted is lost with that worker.
     */
    default boolean masterAccepts() {
        return true;
    }

    /**
     * Whether connections at rest may be moved from workers that have far more than the mean to others, as {@link
     * Setting#BALANCE} says. False if clients must stay with their worker.
     */
    default boolean evensOut() {
        return true;
    }

    /** A worker that may be chosen. */
    interface Candidate {
        /** Its id. */
        int workerId();

        /** Its slot, from 1; the same as that of the worker that it has replaced. */
        int slot();

        /** The number of the turn in which it was chosen last, counted over all workers; 0 if never. */
        long lastTurn();

        /**
         * How many connections it has, including those that are offered and not acknowledged. A worker that the program has forked does not
         * tell when its connections end: for such a worker it is how many it was given.
         */
        long connections();
    }

    /** The client of a connection. */
    interface Client {
        /** The address that it comes from; read from its bytes at each call. */
        SocketAddress address();
    }

    /** Strictly in turn: the worker that was not chosen for the longest time. */
    static SchedulingPolicy roundRobin() {
        return (candidates, client) -> {
            int longest = 0;
            for (int index = 1; index < candidates.size(); index++) {
                if (candidates.get(index).lastTurn() < candidates.get(longest).lastTurn()) {
                    longest = index;
                }
            }
            return longest;
        };
    }

    /** The worker with the fewest connections; among several, the one that was not chosen for the longest time. */
    static SchedulingPolicy leastConnections() {
        return (candidates, client) -> {
            int least = 0;
            for (int index = 1; index < candidates.size(); index++) {
                if (Comparisons.hasFewer(candidates.get(index), candidates.get(least))) {
                    least = index;
                }
            }
            return least;
        };
    }

    /**
     * Of two random workers the one with fewer connections. It is nearly as even as {@link #leastConnections}, and looks at two workers only,
     * however many there are. Source: Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001.
     */
    static SchedulingPolicy powerOfTwoChoices() {
        return (candidates, client) -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            int one = random.nextInt(candidates.size());
            int other = random.nextInt(candidates.size());
            return Comparisons.hasFewer(candidates.get(other), candidates.get(one)) ? other : one;
        };
    }

    /**
     * Always the same slot for the same client address, whatever its port. By rendezvous hashing, a slot that is added or removed moves only
     * the clients that it gets or had. A worker's successor in a roll has the same slot and gets its clients. Clients without an address, as on
     * a Unix path, are assigned {@linkplain #roundRobin in turn}. Connections are not moved to even out load.
     *
     * <p>Behind a proxy all clients have its address.
     */
    static SchedulingPolicy consistentHash() {
        return new ConsistentHash();
    }

    /**
     * In turn, each slot as often as its weight says, spread as evenly as that allows.
     *
     * @param bySlot by slot, from 1; at least 1 each; a slot that is not among them has weight 1
     */
    static SchedulingPolicy weighted(Map<Integer, Integer> bySlot) {
        return new WeightedTurns(bySlot);
    }

    /** No choice of the master: workers accept from the shared listener, and the kernel decides (Node's SCHED_NONE). */
    static SchedulingPolicy shared() {
        return SharedPolicy.INSTANCE;
    }
}
