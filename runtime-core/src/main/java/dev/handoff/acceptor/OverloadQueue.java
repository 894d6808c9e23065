package dev.handoff.acceptor;

import dev.handoff.unix.UnixException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Accepted connections that wait for a worker with credit, the oldest first. The queue is used only when a backlog is nearly full.
 * A connection stays until it is assigned, or until it is answered 503 because it has waited too long, or because the queue is full
 * and a newer one needs the place: then the last that came goes first. Only clients of plain HTTP that have sent a request can be
 * answered; the others stay, and where they leave no room new connections stay in the backlog. The acceptor's thread only.
 */
final class OverloadQueue {
    private final int most;
    private final QueueEviction eviction;
    private Deque<PendingConnection> queue = new ArrayDeque<>();

    /**
     * An empty queue.
     *
     * @param most how many new connections it holds; what workers refuse comes back beyond that
     * @param eviction answers those that cannot be served
     */
    OverloadQueue(int most, QueueEviction eviction) {
        this.most = most;
        this.eviction = eviction;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    /** How many more new connections have room. */
    int room() {
        return Math.max(0, most - queue.size());
    }

    /** Puts a connection back that a worker refused: behind those that were accepted before it. */
    void putBack(PendingConnection connection, long nowNanos) {
        Deque<PendingConnection> earlier = new ArrayDeque<>();
        while (!queue.isEmpty() && queue.getFirst().arrival() < connection.arrival()) {
            earlier.addLast(queue.removeFirst());
        }
        connection.startWaiting(nowNanos);
        queue.addFirst(connection);
        while (!earlier.isEmpty()) {
            queue.addFirst(earlier.removeLast());
        }
    }

    void addLast(PendingConnection connection, long nowNanos) {
        connection.startWaiting(nowNanos);
        queue.addLast(connection);
    }

    PendingConnection removeFirst() {
        return queue.removeFirst();
    }

    /**
     * Evicts clients that have waited too long, and more if that makes room.
     *
     * @param more how many places are needed
     */
    void evict(int more, long nowNanos) throws UnixException {
        queue = eviction.evict(queue, more, nowNanos);
    }

    /** Evicts and closes all: no client will be served any more. */
    void close(long nowNanos) {
        eviction.closeAll(queue, nowNanos);
    }
}
