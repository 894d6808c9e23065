package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
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

/**
 * Connections that workers have handed back, until they are assigned to others. Where no worker gets credit they wait no longer
 * than those in an {@link OverloadQueue}. The acceptor's thread only.
 */
final class HandedBackQueue {
    private final RareLog closed = new RareLog(Logs.of(HandedBackQueue.class));
    private final QueueEviction eviction;
    private Deque<PendingConnection> waiting = new ArrayDeque<>();
    private boolean mayAssignMore;

    /** An empty queue. */
    HandedBackQueue(QueueEviction eviction) {
        this.eviction = eviction;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Whether the next pass may assign one at once: one has just come, or the last pass has stopped at its limit. */
    boolean mayAssignMore() {
        return mayAssignMore;
    }

    /** Puts connections back that were assigned before: in front of all others, because they have waited longest. */
    void putBack(List<PendingConnection> returned, long nowNanos) {
        for (int index = returned.size() - 1; index >= 0; index--) {
            returned.get(index).startWaiting(nowNanos);
            waiting.addFirst(returned.get(index));
        }
    }

    void addLast(PendingConnection connection, long nowNanos) {
        connection.startWaiting(nowNanos);
        waiting.addLast(connection);
        mayAssignMore = true;
    }

    /**
     * Assigns them to the workers that should get them, or, if none of these is in rotation, to others that can resume them. A
     * connection that no worker can resume any more is closed.
     *
     * @param most how many at most; if that leaves credit over, the next pass may use it
     */
    void assign(Rotation rotation, Collection<WorkerLanes> workers, int most, long nowNanos) {
        int assigned = 0;
        for (Iterator<PendingConnection> each = waiting.iterator(); each.hasNext() && assigned < most; ) {
            PendingConnection connection = each.next();
            if (workers.stream().noneMatch(worker -> !worker.isDraining() && worker.understands(connection))) {
                closed.warn("closed the connection from "
                        + connection.offer().peer().decode() + ": no worker is left that can resume it");
                connection.close();
                each.remove();
            } else if (assign(connection, rotation, workers)) {
                each.remove();
                assigned++;
            }
        }
        mayAssignMore = assigned == most && !waiting.isEmpty() && !rotation.isEmpty();
    }

    private static boolean assign(PendingConnection connection, Rotation rotation, Collection<WorkerLanes> workers) {
        Optional<Predicate<WorkerLanes>> best = bestChoice(connection, workers);
        return best.isPresent() && rotation.assignToOneOf(best.get(), connection);
    }

    /** The best choice that a worker in rotation meets. The others do not count: how long they are out of it is unknown. */
    private static Optional<Predicate<WorkerLanes>> bestChoice(
            PendingConnection connection, Collection<WorkerLanes> workers) {
        Stream<Predicate<WorkerLanes>> bestFirst = Stream.of(
                worker -> worker.shouldGet(connection),
                worker -> worker.canResumeForOther(connection),
                worker -> worker.understands(connection));
        return bestFirst
                .filter(choice -> workers.stream().anyMatch(worker -> worker.isInRotation() && choice.test(worker)))
                .findFirst();
    }

    /** Evicts clients that have waited too long. */
    void evict(long nowNanos) throws UnixException {
        waiting = eviction.evict(waiting, 0, nowNanos);
    }

    /** Evicts and closes all: no worker will resume them any more. */
    void close(long nowNanos) {
        eviction.closeAll(waiting, nowNanos);
    }
}
