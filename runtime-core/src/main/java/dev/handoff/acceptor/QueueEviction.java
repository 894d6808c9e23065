package dev.handoff.acceptor;

import dev.handoff.unix.Poller;
import dev.handoff.unix.StreamBytes.Found;
import dev.handoff.unix.UnixException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Evicts clients from a queue in which they wait for a worker. Clients of plain HTTP that have sent a request are answered 503;
 * those that have left are closed. A client that speaks another protocol, or has sent nothing yet, would not understand an answer,
 * and stays. One for each queue. The acceptor's thread only.
 */
final class QueueEviction {
    private static final long BETWEEN_LOOKS_NANOS = 10_000_000;

    private final long patienceNanos;
    private final OverloadResponse response;
    private final Poller poller = new Poller();
    private boolean looked;
    private long lookedNanos;

    /**
     * An eviction that has not looked at its queue yet.
     *
     * @param patienceNanos how long a client may wait before it is evicted even if that makes no room
     */
    QueueEviction(long patienceNanos, OverloadResponse response) {
        this.patienceNanos = patienceNanos;
        this.response = response;
    }

    /**
     * Evicts clients that have waited too long, and more if that makes room: the last that came go first.
     *
     * @param more how many places are needed
     * @return those that stay, in their order
     */
    Deque<PendingConnection> evict(Deque<PendingConnection> queue, int more, long nowNanos) throws UnixException {
        if (looked && nowNanos - lookedNanos < BETWEEN_LOOKS_NANOS) {
            return queue;
        }
        looked = true;
        lookedNanos = nowNanos;
        if (more == 0 && queue.stream().noneMatch(connection -> isOverdue(connection, nowNanos))) {
            return queue;
        }
        poller.clear();
        queue.forEach(connection -> poller.add(connection.offer().connection(), Poller.IN));
        return poller.poll(0) > 0 ? evictReady(queue, more, nowNanos) : queue;
    }

    private Deque<PendingConnection> evictReady(Deque<PendingConnection> queue, int more, long nowNanos) {
        int surplus = more;
        int index = queue.size();
        Deque<PendingConnection> left = new ArrayDeque<>();
        for (Iterator<PendingConnection> lastFirst = queue.descendingIterator(); lastFirst.hasNext(); ) {
            PendingConnection connection = lastFirst.next();
            boolean chosen = surplus > 0 || isOverdue(connection, nowNanos);
            if (poller.isReady(--index) && chosen && end(connection, nowNanos)) {
                surplus--;
            } else {
                left.addFirst(connection);
            }
        }
        return left;
    }

    /** Evicts all clients, and closes those that could not be answered. */
    void closeAll(Deque<PendingConnection> queue, long nowNanos) {
        for (PendingConnection connection : queue) {
            if (!end(connection, nowNanos)) {
                connection.close();
            }
        }
        queue.clear();
    }

    private boolean isOverdue(PendingConnection connection, long nowNanos) {
        return nowNanos - connection.waitingSinceNanos() >= patienceNanos;
    }

    /** Answers or closes a client of plain HTTP that has sent a request or has left; gives whether it did. */
    private boolean end(PendingConnection connection, long nowNanos) {
        if (!response.canAnswer(connection.offer().listener())) {
            return false;
        }
        Found sent = response.sentBy(connection.offer().connection());
        if (sent == Found.END) {
            connection.close();
            return true;
        }
        return sent == Found.BYTES && response.answer(connection.offer().connection(), nowNanos);
    }
}
