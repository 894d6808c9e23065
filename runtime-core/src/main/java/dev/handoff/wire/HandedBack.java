package dev.handoff.wire;

import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.SocketAddressBytes;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a worker hands it back. The kernel duplicates the descriptor for the master; the worker has its own copy until
 * the master has confirmed or returned the connection.
 *
 * @param socket lent for the call that sends it
 * @param listener the key of the listener it came from
 * @param peer the client's address
 * @param acceptedMillis when it was accepted, by the wall clock, since 1970
 * @param progress null: nothing has been read from it yet
 */
public record HandedBack(
        BorrowedFd socket,
        int listener,
        SocketAddressBytes peer,
        long acceptedMillis,
        @Nullable Progress progress) {}
