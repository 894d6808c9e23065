package dev.handoff.master;

import dev.handoff.cluster.Worker;
import dev.handoff.cluster.WorkerState;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The workers there are, from fork until both process and channel have ended. The supervisor's thread changes it; others
 * see {@link #snapshot}.
 */
final class Roster {
    private final Map<Integer, ManagedWorker> workers = new TreeMap<>();
    private volatile Map<Integer, Worker> snapshot = Map.of();

    void add(ManagedWorker worker) {
        workers.put(worker.id(), worker);
        publish();
    }

    void remove(ManagedWorker worker) {
        workers.remove(worker.id());
        publish();
    }

    private void publish() {
        snapshot = Collections.unmodifiableMap(new TreeMap<>(workers));
    }

    /** By id. Any thread. */
    Map<Integer, Worker> snapshot() {
        return snapshot;
    }

    Optional<ManagedWorker> find(int workerId) {
        return Optional.ofNullable(workers.get(workerId));
    }

    /** All of them now, in the order of their ids. */
    Collection<ManagedWorker> all() {
        return List.copyOf(workers.values());
    }

    /** Whether no worker is left whose end can still be expected. */
    boolean isOver() {
        return workers.values().stream().allMatch(ManagedWorker::isUnkillable);
    }

    int count(Predicate<WorkerState> state) {
        return (int) workers.values().stream()
                .filter(worker -> state.test(worker.state()))
                .count();
    }
}
