package dev.handoff.acceptor;

import dev.handoff.unix.Poller;
import dev.handoff.unix.StreamBytes.Found;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.ControlFrame.Service;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Connections that no worker could take so far, those that have waited longest first. Whoever is in is kept until a worker takes
 * it, or, if it has sent a request in plain HTTP, until it is told that it cannot be served: when it has waited too long, or
 * when the line is full and more want in, those who came last first. Who speaks another protocol, and who has said nothing yet, could not
 * be told: they stay, and where they leave no room the kernel lets nobody more in. The acceptor's thread only.
 */
final class WaitingLine {
    private static final long BETWEEN_LOOKS_NANOS = 10_000_000;

    private final int most;
    private final long patienceNanos;
    private final Unavailable unavailable;
    private final Poller poller = new Poller();
    private Deque<Pending> line = new ArrayDeque<>();
    private List<Service> services = List.of();
    private boolean looked;
    private long lookedNanos;

    /**
     * Nobody waits yet.
     *
     * @param most how many may be let in; whom workers give back comes in beyond that
     * @param unavailable tells those who cannot be served
     */
    WaitingLine(int most, long patienceNanos, Unavailable unavailable) {
        this.most = most;
        this.patienceNanos = patienceNanos;
        this.unavailable = unavailable;
    }

    /** What connections speak, by the keys of their listeners: as a worker has said last. */
    void setServices(List<Service> said) {
        services = said;
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    int size() {
        return line.size();
    }

    /** How many more may be let in. */
    int room() {
        return Math.max(0, most - line.size());
    }

    /** Takes one back that somebody could not take up after all: behind those that have come before it. */
    void putBack(Pending connection, long nowNanos) {
        Deque<Pending> earlier = new ArrayDeque<>();
        while (!line.isEmpty() && line.getFirst().arrival() < connection.arrival()) {
            earlier.addLast(line.removeFirst());
        }
        connection.startWaiting(nowNanos);
        line.addFirst(connection);
        while (!earlier.isEmpty()) {
            line.addFirst(earlier.removeLast());
        }
    }

    void addLast(Pending connection, long nowNanos) {
        connection.startWaiting(nowNanos);
        line.addLast(connection);
    }

    Pending removeFirst() {
        return line.removeFirst();
    }

    /**
     * Tells those who have waited too long, and others if that makes room.
     *
     * @param more how many want in for whom there is no room
     */
    void thinOut(int more, long nowNanos) throws UnixException {
        if (looked && nowNanos - lookedNanos < BETWEEN_LOOKS_NANOS) {
            return;
        }
        looked = true;
        lookedNanos = nowNanos;
        if (more == 0 && line.stream().noneMatch(connection -> isOverdue(connection, nowNanos))) {
            return;
        }
        poller.clear();
        line.forEach(connection -> poller.add(connection.offer().connection(), Poller.IN));
        if (poller.poll(0) > 0) {
            thinOutReady(more, nowNanos);
        }
    }

    private void thinOutReady(int more, long nowNanos) {
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
        line = left;
    }

    private boolean isOverdue(Pending connection, long nowNanos) {
        return nowNanos - connection.waitingSinceNanos() >= patienceNanos;
    }

    /** Sends a client of HTTP away if it has asked for something, or has left. */
    private boolean isGone(Pending connection, long nowNanos) {
        if (!speaksPlainHttp(connection)) {
            return false;
        }
        Found said = unavailable.saidBy(connection.offer().connection());
        if (said == Found.END) {
            connection.close();
            return true;
        }
        return said == Found.BYTES && unavailable.tell(connection.offer().connection(), nowNanos);
    }

    private boolean speaksPlainHttp(Pending connection) {
        int key = connection.offer().listener();
        return key < services.size()
                && services.get(key).protocol().isHttp()
                && !services.get(key).protocol().isEncrypted();
    }

    void close() {
        line.forEach(Pending::close);
        line.clear();
    }
}
