package dev.handoff.netty;

import dev.handoff.netty.worker.Connection;
import io.netty.channel.Channel;
import java.util.Optional;

/**
 * Implemented by a {@link WorkerHandler} whose connections can go on in another worker when theirs leaves: the client notices
 * nothing. Called on the connection's event loop; must not block.
 *
 * <p>When a worker leaves, each of its connections is asked for its state. One that is busy answers that it is not to go now,
 * and calls {@link #atRest} when it has come to rest. The pipeline of one that goes hears {@link ConnectionEvent#HANDED_BACK},
 * and its handlers are removed as soon as the master has the connection; or it hears {@link ConnectionEvent#RETURNED}.
 */
public interface HandBack {
    /**
     * Whose state this is: only a worker whose handler says the same gets the connection, so that one of another kind, which has
     * taken its place in a new build, never reads it.
     *
     * @return at most 255 characters of printable ASCII without blanks; by default the class's name: a class that is to be renamed
     *     says the old one
     */
    default String kind() {
        return getClass().getName();
    }

    /** The version of the state, 1 to 65535: only a worker of the same version gets the connection. */
    int version();

    /**
     * What the next worker has to know, bytes of the client's that were read and not used included. Changes nothing: it may be
     * asked again.
     *
     * @return at most 65,216 bytes, else the connection stays; empty: not now
     */
    Optional<byte[]> release(Channel channel);

    /**
     * Goes on with a connection in the next worker, after {@link WorkerHandler#initChannel} and before the first read.
     *
     * @param state what {@link #release} gave
     */
    void resume(Channel channel, byte[] state);

    /** The connection has come to rest: if its worker leaves, it goes now. */
    static void atRest(Channel channel) {
        Connection.of(channel).atRest();
    }
}
