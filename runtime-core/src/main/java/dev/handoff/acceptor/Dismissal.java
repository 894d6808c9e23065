package dev.handoff.acceptor;

import dev.handoff.unix.Poller;
import dev.handoff.unix.StreamBytes.Found;
import dev.handoff.unix.UnixException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * How clients are sent away from a line in which they wait: those of plain HTTP who have asked for something are told that they
 * cannot be served, those who have left are closed. Who speaks another protocol, and who has said nothing yet, could not be told: they
 * stay. One for each line, and on the acceptor's thread only.
 */
final class Dismissal {
    private static final long BETWEEN_LOOKS_NANOS = 10_000_000;

    private final long patienceNanos;
    private final Unavailable unavailable;
    private final Poller poller = new Poller();
    private boolean looked;
    private long lookedNanos;

    /**
     * Nobody was looked at yet.
     *
     * @param patienceNanos how long nobody is sent away unless that makes room
     */
    Dismissal(long patienceNanos, Unavailable unavailable) {
        this.patienceNanos = patienceNanos;
        this.unavailable = unavailable;
    }

    /**
     * Sends away those who have waited too long, and others if that makes room, those who came last first.
     *
     * @param more how many want in for whom there is no room
     * @return who stays, in their order
     */
    Deque<Pending> thinOut(Deque<Pending> line, int more, long nowNanos) throws UnixException {
        if (looked && nowNanos - lookedNanos < BETWEEN_LOOKS_NANOS) {
            return line;
        }
        looked = true;
        lookedNanos = nowNanos;
        if (more == 0 && line.stream().noneMatch(connection -> isOverdue(connection, nowNanos))) {
            return line;
        }
        poller.clear();
        line.forEach(connection -> poller.add(connection.offer().connection(), Poller.IN));
        return poller.poll(0) > 0 ? thinOutReady(line, more, nowNanos) : line;
    }

    private Deque<Pending> thinOutReady(Deque<Pending> line, int more, long nowNanos) {
        int surplus = more;
        int index = line.size();
        Deque<Pending> left = new ArrayDeque<>();
        for (Iterator<Pending> lastFirst = line.descendingIterator(); lastFirst.hasNext(); ) {
            Pending connection = lastFirst.next();
            boolean wanted = surplus > 0 || isOverdue(connection, nowNanos);
            if (poller.isReady(--index) && wanted && isGone(connection, nowNanos)) {
                surplus--;
            } else {
                left.addFirst(connection);
            }
        }
        return left;
    }

    /** Sends all of them away, and closes those who could not be told. */
    void closeAll(Deque<Pending> line, long nowNanos) {
        for (Pending connection : line) {
            if (!isGone(connection, nowNanos)) {
                connection.close();
            }
        }
        line.clear();
    }

    private boolean isOverdue(Pending connection, long nowNanos) {
        return nowNanos - connection.waitingSinceNanos() >= patienceNanos;
    }

    /** Sends a client of HTTP away if it has asked for something, or has left. */
    private boolean isGone(Pending connection, long nowNanos) {
        if (!unavailable.canTell(connection.offer().listener())) {
            return false;
        }
        Found said = unavailable.saidBy(connection.offer().connection());
        if (said == Found.END) {
            connection.close();
            return true;
        }
        return said == Found.BYTES && unavailable.tell(connection.offer().connection(), nowNanos);
    }
}
