package dev.handoff.acceptor;

import dev.handoff.wire.WireException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections that were offered on one lane and are not answered yet, by sequence number. It is a ring, since a lane's
 * credit limits their number. The acceptor's thread only.
 *
 * <pre>
 *    answered          unanswered            not offered yet
 *   ───────────┬───────────────────────────┬──────────────▶ sequence numbers
 *            oldest                       next
 * </pre>
 */
final class Ledger {
    private final @Nullable PendingConnection[] ring;
    private long oldest;
    private long next;

    /** A ledger for at most that many unanswered connections. */
    Ledger(int credit) {
        ring = new PendingConnection[credit];
    }

    /** The number of the next connection. */
    long nextSequence() {
        return next;
    }

    /** How many more may be offered. */
    int free() {
        return ring.length - (int) (next - oldest);
    }

    /** Whether all are answered. */
    boolean isEmpty() {
        return oldest == next;
    }

    /** Notes that a connection was offered under {@link #nextSequence}. */
    void offered(PendingConnection connection) {
        if (free() == 0) {
            throw new IllegalStateException("offered beyond the credit of " + ring.length);
        }
        ring[slot(next)] = connection;
        next++;
    }

    /**
     * Removes [first, first + count): the worker has answered them.
     *
     * @param each gets every connection, in order
     * @throws WireException if one of them is not unanswered: the worker answers what was not offered
     */
    void answered(long first, int count, Consumer<PendingConnection> each) throws WireException {
        checkUnanswered(first, count);
        for (long sequence = first; sequence < first + count; sequence++) {
            each.accept(remove(sequence));
        }
        forgetAnswered();
    }

    /** Checks all before any is removed: what is removed for a broken answer would have no owner. */
    private void checkUnanswered(long first, int count) throws WireException {
        if (count < 1 || first < oldest || first > next - count) {
            throw notUnanswered(first, count);
        }
        for (long sequence = first; sequence < first + count; sequence++) {
            if (ring[slot(sequence)] == null) {
                throw notUnanswered(sequence, 1);
            }
        }
    }

    /** Leaves the ledger before it is closed, because descriptor numbers are reused at once. */
    private PendingConnection remove(long sequence) {
        PendingConnection connection = Objects.requireNonNull(ring[slot(sequence)]);
        ring[slot(sequence)] = null;
        return connection;
    }

    private WireException notUnanswered(long first, int count) {
        return new WireException("expected an answer to connections from " + oldest + " to " + (next - 1)
                + ", found one to " + count + " from " + first + " on");
    }

    private void forgetAnswered() {
        while (oldest < next && ring[slot(oldest)] == null) {
            oldest++;
        }
    }

    /** Removes all that are unanswered, because no answer can come any more. */
    void removeAll(Consumer<PendingConnection> each) {
        for (; oldest < next; oldest++) {
            if (ring[slot(oldest)] != null) {
                each.accept(remove(oldest));
            }
        }
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length);
    }
}
