package dev.handoff.wire;

import org.jspecify.annotations.Nullable;

/**
 * What the runtimes of a master and of a worker that its program has forked say to each other, as JSON beside the program's
 * messages:
 *
 * <pre>
 *   worker → master   ONLINE                    its runtime is up
 *                     LISTEN place              a request, answered by a {@link ListenAnswer}, with the socket of a place of
 *                                               datagrams
 *                     BOUND key                 it has that socket
 *                     CLOSE key                 it wants no more from there; the lane's DRAIN follows
 *                     CLOSED key                it has closed its lane or that socket, or will open none
 *                     LEAVE                     a request, answered by {@code true}: it leaves because it wants to
 *                     DONE                      it has nothing more to do: the master ends the channel behind what it has sent
 *                     TICKETS                   a request, answered by {@link TicketSecrets}
 *   master → worker   LEAVE                     it is to leave
 *                     TICKETS tickets           there is a new secret
 * </pre>
 *
 * @param act what
 * @param key of the shared listener that is meant; 0: none
 * @param place where to listen; null: nowhere
 * @param tickets what TLS session tickets are made of from now on; null: as before
 */
public record ForkOrder(
        Act act, int key, @Nullable Place place, @Nullable TicketSecrets tickets) {
    /** What is said. */
    public enum Act {
        /** A worker's runtime is up. */
        ONLINE,
        /** A worker wants to listen. */
        LISTEN,
        /** A worker has a socket that it shares. */
        BOUND,
        /** A worker wants no more of a listener's connections. */
        CLOSE,
        /** A worker has nothing to do with a listener any more. */
        CLOSED,
        /** A worker leaves, or is to leave. */
        LEAVE,
        /** A worker waits for nothing but the end of its channel. */
        DONE,
        /** A worker wants to know the secrets of TLS session tickets, or is told of a new one. */
        TICKETS
    }

    /** One about nothing else. */
    public static ForkOrder of(Act act) {
        return new ForkOrder(act, 0, null, null);
    }

    /** One about a shared listener. */
    public static ForkOrder of(Act act, int key) {
        return new ForkOrder(act, key, null, null);
    }

    /** The wish to listen. */
    public static ForkOrder listen(Place place) {
        return new ForkOrder(Act.LISTEN, 0, place, null);
    }

    /** The news of other secrets. */
    public static ForkOrder tickets(TicketSecrets secrets) {
        return new ForkOrder(Act.TICKETS, 0, null, secrets);
    }
}
