package dev.handoff.wire;

import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketAddressBytes;
import org.jspecify.annotations.Nullable;

/**
 * A connection offered to a worker, or by a worker back to the master.
 *
 * @param connection the socket; whoever holds the offer owns it
 * @param listener the key of the listener it came from
 * @param probe whether it is the master's own question to a new worker, not a client's
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
    /** One that has been accepted just now, and from which nothing has been read. */
    public Offer(Fd connection, int listener, boolean probe, SocketAddressBytes peer) {
        this(connection, listener, probe, peer, System.currentTimeMillis(), null);
    }
}
