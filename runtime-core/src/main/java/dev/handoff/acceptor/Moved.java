package dev.handoff.acceptor;

import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnixException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Connections that workers have handed back, until others take them up, or, where nobody does, as long as those that wait in a
 * {@link WaitingLine}. The acceptor's thread only.
 */
final class Moved {
    private final RareLog closed = new RareLog(LoggerFactory.getLogger(Moved.class));
    private final Dismissal dismissal;
    private Deque<Pending> waiting = new ArrayDeque<>();
    private boolean fresh;

    /** None yet. */
    Moved(Dismissal dismissal) {
        this.dismissal = dismissal;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Whether there is one that no worker was looked for yet, and one could be found. */
    boolean isFresh() {
        return fresh;
    }

    /** In front of all others: they have waited longest. */
    void putBack(List<Pending> returned, long nowNanos) {
        for (int index = returned.size() - 1; index >= 0; index--) {
            returned.get(index).startWaiting(nowNanos);
            waiting.addFirst(returned.get(index));
        }
    }

    void addLast(Pending connection, long nowNanos) {
        connection.startWaiting(nowNanos);
        waiting.addLast(connection);
        fresh = true;
    }

    /**
     * Gives them to the workers that they are meant for, or, when those are away, to others that could go on with them. What
     * nobody could any more is closed.
     *
     * @param most how many at most; if that leaves credit over, the next pass may give it away
     */
    void handOut(Rotation rotation, Collection<Target> targets, int most, long nowNanos) {
        int given = 0;
        for (Iterator<Pending> each = waiting.iterator(); each.hasNext() && given < most; ) {
            Pending connection = each.next();
            if (targets.stream().noneMatch(target -> !target.isDraining() && target.understands(connection))) {
                closed.warn("closed the connection from "
                        + connection.offer().peer().decode() + ": no worker is left that could go on with it");
                connection.close();
                each.remove();
            } else if (give(connection, rotation, targets)) {
                each.remove();
                given++;
            }
        }
        fresh = given == most && !waiting.isEmpty() && !rotation.isEmpty();
    }

    private static boolean give(Pending connection, Rotation rotation, Collection<Target> targets) {
        Optional<Predicate<Target>> heirs = heirs(connection, targets);
        return heirs.isPresent() && rotation.giveToOneOf(heirs.get(), connection);
    }

    /** Whoever is out of rotation is not waited for: nobody knows for how long. */
    private static Optional<Predicate<Target>> heirs(Pending connection, Collection<Target> targets) {
        Stream<Predicate<Target>> best = Stream.of(
                target -> target.isMeantFor(connection),
                target -> target.isOther(connection),
                target -> target.understands(connection));
        return best.filter(heirs -> targets.stream().anyMatch(target -> target.isInRotation() && heirs.test(target)))
                .findFirst();
    }

    /** Tells those who have waited too long. */
    void thinOut(long nowNanos) throws UnixException {
        waiting = dismissal.thinOut(waiting, 0, nowNanos);
    }

    /** Nobody will go on with them any more. */
    void close(long nowNanos) {
        dismissal.closeAll(waiting, nowNanos);
    }
}
