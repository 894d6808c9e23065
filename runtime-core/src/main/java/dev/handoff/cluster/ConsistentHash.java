package dev.handoff.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * Rendezvous hashing: each slot has a score for each client, and the highest score wins. A slot that is added or removed changes nothing
 * for the clients of other slots. Source: Thaler and Ravishankar, A Name-Based Mapping Scheme for Rendezvous, 1996.
 */
final class ConsistentHash implements SchedulingPolicy {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final SchedulingPolicy withoutAddress = SchedulingPolicy.roundRobin();

    @Override
    public int pick(List<? extends Candidate> candidates, Client client) {
        SocketAddress address = client.address();
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? highest(candidates, hash(internet.getAddress()))
                : withoutAddress.pick(candidates, client);
    }

    @Override
    public boolean evensOut() {
        return false;
    }

    private static int highest(List<? extends Candidate> candidates, long client) {
        int best = 0;
        long bestScore = Long.MIN_VALUE;
        for (int index = 0; index < candidates.size(); index++) {
            long score = mix(client ^ mix(candidates.get(index).slot()));
            if (score > bestScore) {
                best = index;
                bestScore = score;
            }
        }
        return best;
    }

    /** FNV-1a over the address. By itself it distributes neighbouring slot numbers badly, so the caller mixes it. */
    private static long hash(InetAddress address) {
        long hash = FNV_OFFSET;
        for (byte each : address.getAddress()) {
            hash = (hash ^ (each & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finaliser of MurmurHash3: every bit of the result depends on every bit. */
    private static long mix(long bits) {
        long mixed = bits;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
