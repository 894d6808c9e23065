package dev.handoff.acceptor;

import dev.handoff.wire.WireException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was sent on one lane and not answered yet, by sequence number: a ring, since no more than a lane's credit can be
 * under way. The acceptor's thread only.
 *
 * <pre>
 *    answered          under way             not sent yet
 *   ───────────┬───────────────────────────┬──────────────▶ sequence numbers
 *            oldest                       next
 * </pre>
 */
final class Ledger {
    private final @Nullable Pending[] ring;
    private long oldest;
    private long next;

    /** A ledger for at most that many connections under way. */
    Ledger(int credit) {
        ring = new Pending[credit];
    }

    /** The number that the next connection will have. */
    long nextSequence() {
        return next;
    }

    /** How many more may be sent. */
    int free() {
        return ring.length - (int) (next - oldest);
    }

    /** Whether all that were sent have been answered. */
    boolean isEmpty() {
        return oldest == next;
    }

    /** Notes that a connection was sent under {@link #nextSequence}. */
    void sent(Pending connection) {
        if (free() == 0) {
            throw new IllegalStateException("sent beyond the credit of " + ring.length);
        }
        ring[slot(next)] = connection;
        next++;
    }

    /**
     * Takes [first, first + count) out, for the worker has answered.
     *
     * @param each gets every connection, in order
     * @throws WireException if one of them is not under way: the worker answers what it was not asked
     */
    void answered(long first, int count, Consumer<Pending> each) throws WireException {
        checkUnderWay(first, count);
        for (long sequence = first; sequence < first + count; sequence++) {
            each.accept(take(sequence));
        }
        forgetAnswered();
    }

    /** Before anything is taken out: what is taken out for a broken answer would belong to nobody. */
    private void checkUnderWay(long first, int count) throws WireException {
        if (count < 1 || first < oldest || first > next - count) {
            throw notUnderWay(first, count);
        }
        for (long sequence = first; sequence < first + count; sequence++) {
            if (ring[slot(sequence)] == null) {
                throw notUnderWay(sequence, 1);
            }
        }
    }

    /** Out of the ledger before it is closed: descriptor numbers are reused at once. */
    private Pending take(long sequence) {
        Pending connection = Objects.requireNonNull(ring[slot(sequence)]);
        ring[slot(sequence)] = null;
        return connection;
    }

    private WireException notUnderWay(long first, int count) {
        return new WireException("expected an answer to connections from " + oldest + " to " + (next - 1)
                + ", found one to " + count + " from " + first + " on");
    }

    private void forgetAnswered() {
        while (oldest < next && ring[slot(oldest)] == null) {
            oldest++;
        }
    }

    /** Takes all out that were not answered, for they never will be. */
    void abandon(Consumer<Pending> each) {
        for (; oldest < next; oldest++) {
            if (ring[slot(oldest)] != null) {
                each.accept(take(oldest));
            }
        }
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length);
    }
}
