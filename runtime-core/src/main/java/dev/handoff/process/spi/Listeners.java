package dev.handoff.process.spi;

import dev.handoff.process.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

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

    /** Calls all of them at once. To be called on the {@link EventThread}. */
    public void tell(T event) {
        listeners.forEach(listener -> listener.call(event));
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

        void call(T event) {
            EventThread.call(() -> {
                if (begins()) {
                    consumer.accept(event);
                }
            });
        }
    }
}
