package dev.handoff.unix;

/**
 * A connection that was just accepted: non-blocking, close-on-exec.
 *
 * @param fd the socket; the holder of this record owns it
 * @param peer the client's address
 */
public record Accepted(Fd fd, SocketAddressBytes peer) {}
