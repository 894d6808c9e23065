package dev.handoff.wire;

import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.RuntimePeer;
import java.util.function.Consumer;

/** The runtime at the other end of a channel, as a peer. */
final class ChannelRuntimePeer extends ChannelPeer implements RuntimePeer {
    private final Mailbox mailbox;

    ChannelRuntimePeer(Conversation conversation, Mailbox mailbox) {
        super(conversation, Address.RUNTIME, conversation.id(), conversation.pid());
        this.mailbox = mailbox;
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return mailbox.listen(listener);
    }
}
