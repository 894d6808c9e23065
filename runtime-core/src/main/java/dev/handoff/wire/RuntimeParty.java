package dev.handoff.wire;

import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.RuntimeLine;
import java.util.function.Consumer;

/** The runtime at the other end of a channel. */
final class RuntimeParty extends Party implements RuntimeLine {
    private final Mailbox mailbox;

    RuntimeParty(Conversation conversation, Mailbox mailbox) {
        super(conversation, Address.RUNTIME, conversation.id(), conversation.pid());
        this.mailbox = mailbox;
    }

    @Override
    public Subscription onMessage(Consumer<? super Message> listener) {
        return mailbox.listen(listener);
    }
}
