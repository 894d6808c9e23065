package dev.handoff.process.spi;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/** A peer with what can be heard of it. */
public interface Channel extends Peer {
    /** Called with each message; the first listener gets those that came before. */
    Subscription onMessage(Consumer<? super Message> listener);

    /** Called once, when the channel has ended and all that came on it has been told. */
    Subscription onDisconnect(Runnable listener);

    /** Ends the channel once what waits has been sent. A second call changes nothing. */
    void disconnect();
}
