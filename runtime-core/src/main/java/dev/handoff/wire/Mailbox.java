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
 * Where messages come in for the program's listeners: told on {@code handoff-events}, one at a time, in order. While there is no
 * listener, be it that none has come yet or that all are gone, they are kept for the next one; when that is too much, the sender has
 * to wait.
 */
final class Mailbox {
    private final MessageChannel channel;
    private final Listeners<Message> listeners = new Listeners<>();

    /** In order, those included that a task on the thread of events is about to tell. */
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

    synchronized void take(ReceivedMessage message) {
        kept.add(message);
        tellSoon();
    }

    private void tellSoon() {
        if (!listeners.isEmpty()) {
            EventThread.get().enqueue(this::tellNext);
        }
    }

    /** Runs at least once for each message on the thread of events, which alone takes messages out, unless no listener is left. */
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
        message.closeUntaken();
        channel.used(message.envelope());
    }

    /** The last listener has gone a moment ago, and another one may have come already. */
    private synchronized void putBack(ReceivedMessage message) {
        kept.addFirst(message);
        tellSoon();
    }
}
