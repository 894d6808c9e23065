package dev.handoff.cluster;

import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Who gets the next connection. Called on the acceptor's thread, of one cluster only, and must not block: no client is served
 * meanwhile. Whatever it throws goes to the log, and the first of the workers gets the connection. A supervised cluster interrupts one
 * that takes a second.
 *
 * <p>What is said of each policy holds among the candidates: a worker without credit, or that has just refused, is none for that
 * moment.
 */
@FunctionalInterface
public interface SchedulingPolicy {
    /**
     * Chooses.
     *
     * @param candidates at least one, each ready and with credit, in the order of their ids
     * @param client whose connection it is
     * @return an index into them
     */
    int pick(List<? extends Candidate> candidates, Client client);

    /**
     * Whether the master accepts and hands over. If not, workers accept from the shared listener by themselves, and
     * nobody is asked; then the claims about strictness and about the rescue of connections do not hold.
     */
    default boolean masterAccepts() {
        return true;
    }

    /**
     * Whether connections at rest may be moved from workers that have far more than the mean to others, as {@link
     * Setting#BALANCE} says. Not where a client is to stay with its worker.
     */
    default boolean evensOut() {
        return true;
    }

    /** A worker that may be chosen. */
    interface Candidate {
        /** Its id. */
        int workerId();

        /** The place it fills, from 1: that of the worker which it has replaced. */
        int slot();

        /** The number of the turn in which it was chosen last, counted over all workers; 0 if never. */
        long lastTurn();

        /**
         * How many connections it has, those on their way to it included. Workers that a program forks by itself do not tell
         * when theirs end: of those it is how many they have been given.
         */
        long connections();
    }

    /** Whose connection is to be given to somebody. */
    interface Client {
        /** The address that it comes from; read from its bytes at each call. */
        SocketAddress address();
    }

    /** Strictly in turn: whoever was not chosen for the longest time. */
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

    /** Whoever has the fewest connections; among several such whoever was not chosen for the longest time. */
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
     * Of two that chance has drawn the one with fewer connections: nearly as even as {@link #leastConnections} at the cost of
     * two looks, however many workers there are. Source: Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001.
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
     * Always the same slot for the same client address, whatever its port: rendezvous hashing, so that one slot more or less moves
     * only the clients that it gets or had. A worker's successor in a roll fills its slot and gets its clients. Clients without
     * an address, as on a Unix path, are given out {@linkplain #roundRobin in turn}. Nothing is moved to even out load.
     *
     * <p>Behind a proxy all clients have its address.
     */
    static SchedulingPolicy consistentHash() {
        return new ConsistentHash();
    }

    /**
     * In turn, as often as a slot's weight says, and spread as evenly as that allows.
     *
     * @param bySlot by slot, from 1; at least 1 each; a slot that is not among them has weight 1
     */
    static SchedulingPolicy weighted(Map<Integer, Integer> bySlot) {
        return new WeightedTurns(bySlot);
    }

    /** Nobody's choice: workers accept from the shared listener, and the kernel decides (Node's SCHED_NONE). */
    static SchedulingPolicy shared() {
        return SharedPolicy.INSTANCE;
    }
}
