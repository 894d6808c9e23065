package dev.handoff.process.spi;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/** The runtime at the other end of a channel. No program gets these messages; they come in order with the programs' messages. */
public interface RuntimePeer extends Peer {
    /** Calls the listener with each message of that runtime. While there is no listener the messages are kept for the next one. */
    Subscription onMessage(Consumer<? super Message> listener);
}
