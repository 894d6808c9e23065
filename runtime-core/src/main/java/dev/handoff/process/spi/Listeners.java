package dev.handoff.process.spi;

import dev.handoff.process.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear of an event. Any thread may call.
 *
 * @param <T> what is told
 */
public final class Listeners<T> {
    private final List<Listener<T>> listeners = new CopyOnWriteArrayList<>();

    /** None yet. */
    public Listeners() {}

    /** Adds one. Once its subscription is closed no call of it begins. */
    public Subscription add(Consumer<? super T> consumer) {
        Listener<T> listener = new Listener<>(consumer);
        listeners.add(listener);
        return () -> {
            listener.end();
            listeners.remove(listener);
        };
    }

    /** Whether nobody wants to hear. */
    public boolean isEmpty() {
        return listeners.isEmpty();
    }

    /** Calls all of them on the {@link EventThread}, after what waits there; one that throws stops no other. */
    public void fire(T event) {
        if (!listeners.isEmpty()) {
            EventThread.get().enqueue(() -> tell(event));
        }
    }

    /**
     * What became of an event.
     *
     * @param heard whether any listener was called
     * @param failure what the first of those that threw has thrown; null if none did
     */
    public record Told(boolean heard, @Nullable Throwable failure) {}

    /** Calls all of them at once. To be called on the {@link EventThread}. */
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
