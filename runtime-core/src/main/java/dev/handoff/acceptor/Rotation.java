package dev.handoff.acceptor;

import dev.handoff.cluster.SchedulingPolicy;
import dev.handoff.guard.UserCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** The workers that can take a connection just now, and the policy that chooses among them. The acceptor's thread only. */
final class Rotation {
    private static final UserCode CODE = new UserCode(LoggerFactory.getLogger(Rotation.class));

    private final ChoiceWatch watch = new ChoiceWatch();
    private final SchedulingPolicy policy;
    private final List<Target> takers = new ArrayList<>();
    /** What the policy sees: a user's must not change it. */
    private final List<Target> candidates = Collections.unmodifiableList(takers);

    private long turn;

    Rotation(SchedulingPolicy policy) {
        this.policy = policy;
    }

    /** Finds out anew who can take one: credit has come back, rests are over. */
    void renew(Collection<Target> targets, long nowNanos) {
        takers.clear();
        for (Target target : targets) {
            if (target.takes(nowNanos)) {
                takers.add(target);
            }
        }
    }

    boolean isEmpty() {
        return takers.isEmpty();
    }

    /** How many connections all of them together can take. */
    int credit() {
        int sum = 0;
        for (Target target : takers) {
            sum += target.credit();
        }
        return sum;
    }

    /** Gives a connection to the one whose turn it is. Not to be called while there is none. */
    void give(Pending connection) {
        give(connection, takers.get(pick(candidates, connection)));
    }

    /** Gives a connection to one of some; false if none of these can take it now. */
    boolean giveToOneOf(Predicate<Target> some, Pending connection) {
        List<Target> able = takers.stream().filter(some).toList();
        if (able.isEmpty()) {
            return false;
        }
        give(connection, able.get(pick(able, connection)));
        return true;
    }

    private void give(Pending connection, Target chosen) {
        chosen.assign(connection, ++turn);
        if (chosen.credit() == 0) {
            takers.remove(chosen);
        }
    }

    /** A policy of the program's that fails costs its choice, not the connection. */
    private int pick(List<Target> among, Pending connection) {
        watch.begin();
        int chosen = CODE.get(
                policy,
                "the scheduling policy failed: the first of the workers gets the connection",
                0,
                () -> Objects.checkIndex(policy.pick(among, connection), among.size()));
        watch.end();
        return chosen;
    }

    /** What another thread interrupts a choice by that takes too long. */
    ChoiceWatch watch() {
        return watch;
    }
}
