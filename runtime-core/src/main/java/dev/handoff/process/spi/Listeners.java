package dev.handoff.process.spi;

import dev.handoff.process.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of an event. Any thread may call.
 *
 * @param <T> what listeners get
 */
public final class Listeners<T> {
    private final List<Listener<T>> listeners = new CopyOnWriteArrayList<>();

    /** No listener yet. */
    public Listeners() {}

    /** Adds a listener. When its subscription is closed, no call of it begins any more. */
    public Subscription add(Consumer<? super T> consumer) {
        Listener<T> listener = new Listener<>(consumer);
        listeners.add(listener);
        return () -> {
            listener.end();
            listeners.remove(listener);
        };
    }

    /** Whether there is no listener. */
    public boolean isEmpty() {
        return listeners.isEmpty();
    }

    /** Calls all listeners on the {@link EventThread}, after the tasks that wait there. One that throws does not stop the others. */
    public void fire(T event) {
        if (!listeners.isEmpty()) {
            EventThread.get().enqueue(() -> tell(event));
        }
    }

    /**
     * The result of the calls for an event.
     *
     * @param heard whether any listener was called
     * @param failure what the first listener that failed has thrown; null if none failed
     */
    public record Told(boolean heard, @Nullable Throwable failure) {}

    /** Calls all listeners at once. Must be called on the {@link EventThread}. */
    public Told tell(T event) {
        boolean heard = false;
        Throwable failure = null;
        for (Listener<T> listener : listeners) {
            if (listener.begins()) {
                heard = true;
                Throwable thrown = listener.call(event);
                failure = failure == null ? thrown : failure;
            }
        }
        return new Told(heard, failure);
    }

    private static final class Listener<T> {
        private final Consumer<? super T> consumer;
        private boolean ended;

        Listener(Consumer<? super T> consumer) {
            this.consumer = consumer;
        }

        private synchronized boolean begins() {
            return !ended;
        }

        synchronized void end() {
            ended = true;
        }

        @Nullable
        Throwable call(T event) {
            return EventThread.call(() -> consumer.accept(event));
        }
    }
}
