package dev.handoff.master;

import dev.handoff.acceptor.Acceptor;
import dev.handoff.cluster.WorkerState;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Evens out how many connections the ready workers have, once a second: a worker that has far more than the mean is asked for some of
 * those that are at rest, and workers below it get them. The supervisor's thread only.
 */
final class Balance {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** So many may one worker be asked for at a time. */
    private static final int MOST_AT_ONCE = 512;

    /** So far above the mean is no burden: a tenth of it, and a few. */
    private static final double SLACK_SHARE = 0.1;

    private static final int SLACK = 8;

    private final Acceptor acceptor;
    private final boolean wanted;
    private long lastNanos;

    /** One that does nothing if that is not wanted. */
    Balance(Acceptor acceptor, boolean wanted, long nowNanos) {
        this.acceptor = acceptor;
        this.wanted = wanted;
        this.lastNanos = nowNanos;
    }

    /** Looks once more if it is time to. */
    void advance(Collection<ManagedWorker> workers, long nowNanos) {
        if (wanted && nowNanos - lastNanos >= EVERY_NANOS) {
            lastNanos = nowNanos;
            balance(open(workers));
        }
    }

    private void balance(Map<Integer, Long> open) {
        double mean =
                open.values().stream().mapToLong(Long::longValue).average().orElse(0);
        Map<Integer, Integer> shed = new TreeMap<>();
        Set<Integer> light = new HashSet<>();
        open.forEach((workerId, count) -> {
            if (count > mean * (1 + SLACK_SHARE) + SLACK) {
                shed.put(workerId, (int) Math.min(count - mean, MOST_AT_ONCE));
            } else if (count < mean) {
                light.add(workerId);
            }
        });
        if (!shed.isEmpty()) {
            acceptor.balance(shed, light);
        }
    }

    private static Map<Integer, Long> open(Collection<ManagedWorker> workers) {
        Map<Integer, Long> open = new TreeMap<>();
        for (ManagedWorker worker : workers) {
            if (worker.state() == WorkerState.READY) {
                open.put(worker.id(), worker.openConnections());
            }
        }
        return open;
    }
}
