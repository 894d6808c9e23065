package dev.handoff.wire;

import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Listeners.Told;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls listeners with messages, on {@code handoff-events}, one at a time, in order. While there is no listener the messages are kept
 * for the next one; when they become too many, the sender has to wait.
 */
final class Mailbox {
    private final MessageChannel channel;
    private final Listeners<Message> listeners = new Listeners<>();

    /** In order. It includes those for which a call of the listeners is already enqueued. */
    private final Deque<ReceivedMessage> kept = new ArrayDeque<>();

    Mailbox(MessageChannel channel) {
        this.channel = channel;
    }

    synchronized Subscription listen(Consumer<? super Message> listener) {
        boolean first = listeners.isEmpty();
        Subscription subscription = listeners.add(listener);
        if (first) {
            kept.forEach(message -> EventThread.get().enqueue(this::tellNext));
        }
        return subscription;
    }

    synchronized void add(ReceivedMessage message) {
        kept.add(message);
        tellSoon();
    }

    private void tellSoon() {
        if (!listeners.isEmpty()) {
            EventThread.get().enqueue(this::tellNext);
        }
    }

    /** Runs on {@code handoff-events}, which alone removes messages: at least once for each, unless no listener is left. */
    private void tellNext() {
        ReceivedMessage message = next();
        if (message != null) {
            tell(message);
        }
    }

    private synchronized @Nullable ReceivedMessage next() {
        return listeners.isEmpty() ? null : kept.poll();
    }

    private void tell(ReceivedMessage message) {
        Told told = listeners.tell(message);
        if (!told.heard()) {
            putBack(message);
            return;
        }
        Throwable failure = told.failure();
        if (failure != null) {
            message.failed(failure);
        }
        message.closeUnreleased();
        channel.used(message.envelope());
    }

    /** The last listener was removed a moment ago, and another one may have been added since. */
    private synchronized void putBack(ReceivedMessage message) {
        kept.addFirst(message);
        tellSoon();
    }
}
