package dev.handoff.wire;

import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketAddressBytes;

/**
 * A connection offered to a worker.
 *
 * @param connection the socket; whoever holds the offer owns it
 * @param listener the key of the listener it came from
 * @param probe whether it is the master's own question to a new worker, not a client's
 * @param peer the client's address
 */
public record Offer(Fd connection, int listener, boolean probe, SocketAddressBytes peer) {}
