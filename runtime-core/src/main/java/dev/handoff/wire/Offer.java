package dev.handoff.wire;

import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketAddressBytes;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is offered to a worker, or that a worker has handed back.
 *
 * @param connection the socket; the holder of the offer owns it
 * @param listener the key of the listener it came from
 * @param probe whether it is the master's own probe of a new worker, not a client's
 * @param peer the client's address
 * @param acceptedMillis when it was accepted, by the wall clock, since 1970
 * @param progress null: nothing has been read from it yet
 */
public record Offer(
        Fd connection,
        int listener,
        boolean probe,
        SocketAddressBytes peer,
        long acceptedMillis,
        @Nullable Progress progress) {
    /** A connection that was accepted just now, and from which nothing has been read. */
    public Offer(Fd connection, int listener, boolean probe, SocketAddressBytes peer) {
        this(connection, listener, probe, peer, System.currentTimeMillis(), null);
    }
}
