package dev.handoff.process.spi;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/** The runtime at the other end of a channel: what it is told no program hears, and comes in order with what programs say. */
public interface RuntimePeer extends Peer {
    /** Called with each message of that runtime's; while there is no listener they are kept for the next. */
    Subscription onMessage(Consumer<? super Message> listener);
}
