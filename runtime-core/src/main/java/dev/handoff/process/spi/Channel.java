package dev.handoff.process.spi;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/** A peer from which messages can be received. */
public interface Channel extends Peer {
    /** Calls the listener with each message. While there is no listener the messages are kept for the next one. */
    Subscription onMessage(Consumer<? super Message> listener);

    /** Calls the listener once, when the channel has ended and listeners were called with all its messages. */
    Subscription onDisconnect(Runnable listener);

    /** The runtime at the other end: no program gets its messages, or those that are sent to it. */
    RuntimePeer runtime();

    /**
     * A worker of the same cluster, through its master.
     *
     * @param workerId its id, or 0 to name it by its process id
     */
    Peer worker(int workerId, long pid);

    /** All other workers of the same cluster, through its master. */
    Peer others();

    /** Ends the channel when all messages that wait have been sent. A second call changes nothing. */
    void disconnect();
}
