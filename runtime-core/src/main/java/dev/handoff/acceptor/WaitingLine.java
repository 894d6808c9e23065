package dev.handoff.acceptor;

import dev.handoff.unix.UnixException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Connections that no worker could take so far, those that have waited longest first. Whoever is in is kept until a worker takes
 * it, or, if it has sent a request in plain HTTP, until it is told that it cannot be served: when it has waited too long, or
 * when the line is full and more want in, those who came last first. Who speaks another protocol, and who has said nothing yet, could not
 * be told: they stay, and where they leave no room the kernel lets nobody more in. The acceptor's thread only.
 */
final class WaitingLine {
    private final int most;
    private final Dismissal dismissal;
    private Deque<Pending> line = new ArrayDeque<>();

    /**
     * Nobody waits yet.
     *
     * @param most how many may be let in; whom workers give back comes in beyond that
     * @param dismissal sends those away who cannot be served
     */
    WaitingLine(int most, Dismissal dismissal) {
        this.most = most;
        this.dismissal = dismissal;
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
        line = dismissal.thinOut(line, more, nowNanos);
    }

    /** Nobody will be served any more. */
    void close(long nowNanos) {
        dismissal.closeAll(line, nowNanos);
    }
}
