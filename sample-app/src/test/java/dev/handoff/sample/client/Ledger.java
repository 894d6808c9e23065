package dev.handoff.sample.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What became of the requests of one behaviour. Any thread. */
public final class Ledger {
    private static final int STORIES = 5;

    private final String behaviour;
    private final List<Loss> losses = new ArrayList<>();
    private final Set<Long> cutBy = new TreeSet<>();
    private long sent;
    private long answered;
    private long waived;
    private long refused;
    private long reset;
    private long timedOut;
    private long wrong;

    Ledger(String behaviour) {
        this.behaviour = behaviour;
    }

    synchronized void sent() {
        sent++;
    }

    synchronized void answered() {
        answered++;
    }

    /** Nobody waits for the answer any more: the client has left, or was told that it has to go. */
    synchronized void waived() {
        waived++;
    }

    /** A request was lost, or the connection to send it on was refused. */
    synchronized void lost(IOException why, StrictConnection connection) {
        if (why instanceof ConnectException) {
            refused++;
        } else if (why instanceof SocketTimeoutException) {
            timedOut++;
        } else if (why instanceof WrongAnswer) {
            wrong++;
        } else {
            reset++;
            cutBy.add(connection.worker());
        }
        if (losses.size() < STORIES) {
            connection.note("fails: " + why);
            losses.add(new Loss(behaviour, why.toString(), connection.story()));
        }
    }

    public synchronized long sentCount() {
        return sent;
    }

    public synchronized long answeredCount() {
        return answered;
    }

    /** Requests for whose answers nobody waits. */
    public synchronized long waivedCount() {
        return waived;
    }

    /** Connections that were not taken. */
    public synchronized long refusedCount() {
        return refused;
    }

    /** Clients that were left hanging. */
    public synchronized long timedOutCount() {
        return timedOut;
    }

    /** Answers that were not the right ones. */
    public synchronized long wrongCount() {
        return wrong;
    }

    /** Connections that ended before the answer did. */
    public synchronized long resetCount() {
        return reset;
    }

    /** The processes with which connections ended before an answer did; 0 among them: before it was known with whom. */
    public synchronized Set<Long> cutBy() {
        return Set.copyOf(cutBy);
    }

    public synchronized long lostCount() {
        return refused + reset + timedOut + wrong;
    }

    /** The first losses. */
    public synchronized List<Loss> losses() {
        return List.copyOf(losses);
    }

    @Override
    public synchronized String toString() {
        return "%s: %d sent, %d answered, %d waived, %d refused, %d reset, %d timed out, %d wrong"
                .formatted(behaviour, sent, answered, waived, refused, reset, timedOut, wrong);
    }
}
