package dev.handoff.unix;

/**
 * A connection that was just accepted: non-blocking, close-on-exec.
 *
 * @param fd the socket, owned by whoever holds this
 * @param peer the client's address
 */
public record Accepted(Fd fd, SocketAddressBytes peer) {}
