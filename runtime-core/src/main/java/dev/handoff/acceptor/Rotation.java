package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.guard.UserCode;
import dev.handoff.process.spi.Logs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** The workers that have credit now, and the policy that chooses among them. The acceptor's thread only. */
final class Rotation {
    private static final UserCode CODE = new UserCode(Logs.of(Rotation.class));

    private final PolicyWatch watch = new PolicyWatch();
    private final SchedulingPolicy policy;
    private final List<WorkerLanes> available = new ArrayList<>();
    /** What the policy sees: a policy of the program must not change the list. */
    private final List<WorkerLanes> candidates = Collections.unmodifiableList(available);

    private long turn;

    Rotation(SchedulingPolicy policy) {
        this.policy = policy;
    }

    /** Looks again which workers are available: credit has come back, rests are over. */
    void renew(Collection<WorkerLanes> workers, long nowNanos) {
        available.clear();
        for (WorkerLanes worker : workers) {
            if (worker.isAvailable(nowNanos)) {
                available.add(worker);
            }
        }
    }

    boolean isEmpty() {
        return available.isEmpty();
    }

    /** The credit of all of them together. */
    int credit() {
        int sum = 0;
        for (WorkerLanes worker : available) {
            sum += worker.credit();
        }
        return sum;
    }

    /** Assigns a connection to the worker that the policy picks. Must not be called while the rotation is empty. */
    void assign(PendingConnection connection) {
        assign(connection, available.get(pick(candidates, connection)));
    }

    /** Assigns a connection to one of the workers that pass the test; false if none of these has credit now. */
    boolean assignToOneOf(Predicate<WorkerLanes> test, PendingConnection connection) {
        List<WorkerLanes> those = available.stream().filter(test).toList();
        if (those.isEmpty()) {
            return false;
        }
        assign(connection, those.get(pick(those, connection)));
        return true;
    }

    private void assign(PendingConnection connection, WorkerLanes chosen) {
        chosen.assign(connection, ++turn);
        if (chosen.credit() == 0) {
            available.remove(chosen);
        }
    }

    /** A policy that fails loses its choice; the connection is served all the same. */
    private int pick(List<WorkerLanes> among, PendingConnection connection) {
        watch.begin();
        int chosen = CODE.get(
                policy,
                "the scheduling policy failed: the first of the workers gets the connection",
                0,
                () -> Objects.checkIndex(policy.pick(among, connection), among.size()));
        watch.end();
        return chosen;
    }

    /** By which another thread interrupts a choice that takes too long. */
    PolicyWatch watch() {
        return watch;
    }
}
