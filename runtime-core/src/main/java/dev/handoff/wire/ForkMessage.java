package dev.handoff.wire;

import org.jspecify.annotations.Nullable;

/**
 * A message between the runtimes of a master and of a worker that the program has forked. It is sent as JSON beside the program's
 * messages:
 *
 * <pre>
 *   worker → master   ONLINE                    its runtime has started
 *                     LISTEN place              a request, answered by a {@link ListenAnswer}; for datagrams the socket
 *                                               comes with the answer
 *                     BOUND key                 it has received that socket
 *                     CLOSE key                 it wants no more connections from there; the lane's DRAIN follows
 *                     CLOSED key                it has closed its lane or that socket, or will open none
 *                     LEAVE                     a request, answered by {@code true}: the worker leaves by itself
 *                     DONE                      it has nothing more to do: the master ends the channel behind its last message
 *                     TICKETS                   a request, answered by {@link TicketSecrets}
 *   master → worker   LEAVE                     the worker must leave
 *                     TICKETS tickets           there is a new secret
 * </pre>
 *
 * @param act what it says
 * @param key of the shared listener that it is about; 0: none
 * @param place where to listen; null: nowhere
 * @param tickets the secrets of TLS session tickets from now on; null: unchanged
 */
public record ForkMessage(
        Act act, int key, @Nullable Place place, @Nullable TicketSecrets tickets) {
    /** What a message says. */
    public enum Act {
        /** A worker's runtime has started. */
        ONLINE,
        /** A worker wants to listen. */
        LISTEN,
        /** A worker has received a socket that it shares. */
        BOUND,
        /** A worker wants no more of a listener's connections. */
        CLOSE,
        /** A worker has closed its part of a listener. */
        CLOSED,
        /** A worker leaves, or must leave. */
        LEAVE,
        /** A worker waits for nothing but the end of its channel. */
        DONE,
        /** A worker asks for the secrets of TLS session tickets, or is told of a new one. */
        TICKETS
    }

    /** A message without a listener, place or secret. */
    public static ForkMessage of(Act act) {
        return new ForkMessage(act, 0, null, null);
    }

    /** A message about a shared listener. */
    public static ForkMessage of(Act act, int key) {
        return new ForkMessage(act, key, null, null);
    }

    /** The request to listen. */
    public static ForkMessage listen(Place place) {
        return new ForkMessage(Act.LISTEN, 0, place, null);
    }

    /** The announcement of new secrets. */
    public static ForkMessage tickets(TicketSecrets secrets) {
        return new ForkMessage(Act.TICKETS, 0, null, secrets);
    }
}
