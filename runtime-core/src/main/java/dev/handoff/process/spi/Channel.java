package dev.handoff.process.spi;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/** A peer with what can be heard of it. */
public interface Channel extends Peer {
    /** Called with each message; while there is no listener they are kept for the next. */
    Subscription onMessage(Consumer<? super Message> listener);

    /** Called once, when the channel has ended and all that came on it has been told. */
    Subscription onDisconnect(Runnable listener);

    /** The runtime at the other end: what is said to it, and what it says, no program hears. */
    RuntimePeer runtime();

    /**
     * A worker of the same cluster, through its master.
     *
     * @param workerId its id, or 0 to name it by its process id
     */
    Peer worker(int workerId, long pid);

    /** All the other workers of the same cluster, through its master. */
    Peer others();

    /** Ends the channel once what waits has been sent. A second call changes nothing. */
    void disconnect();
}
