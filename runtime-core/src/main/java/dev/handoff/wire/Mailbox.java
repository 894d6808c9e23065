package dev.handoff.wire;

import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Where messages come in for whoever listens: told on {@code handoff-events}, one at a time, in order. What comes before
 * there is a listener is kept for the first; when that is too much, the sender has to wait.
 */
final class Mailbox {
    private final MessageChannel channel;
    private final Listeners<Message> listeners = new Listeners<>();
    private final Queue<ReceivedMessage> early = new ArrayDeque<>();
    private boolean heard;

    Mailbox(MessageChannel channel) {
        this.channel = channel;
    }

    synchronized Subscription listen(Consumer<? super Message> listener) {
        Subscription subscription = listeners.add(listener);
        heard = true;
        for (ReceivedMessage message = early.poll(); message != null; message = early.poll()) {
            tell(message);
        }
        return subscription;
    }

    synchronized void take(ReceivedMessage message) {
        if (heard) {
            tell(message);
        } else {
            early.add(message);
        }
    }

    private void tell(ReceivedMessage message) {
        EventThread.get().enqueue(() -> {
            listeners.tell(message);
            message.closeUntaken();
            channel.used(message.envelope());
        });
    }
}
