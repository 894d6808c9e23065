package dev.handoff.process.spi;

import dev.handoff.process.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event that comes at most once, such as a process's exit. Threads run on: whoever subscribes after it has come
 * hears of it all the same, so that no listener is too late. Any thread may call.
 *
 * @param <T> what is told
 */
public final class Announcement<T> {
    private final Listeners<T> listeners = new Listeners<>();
    private @Nullable T told;

    /** Nothing has happened yet. */
    public Announcement() {}

    /** Calls a listener when it comes, or, if it has come, soon; always on the {@link EventThread}. */
    public synchronized Subscription add(Consumer<? super T> consumer) {
        T before = told;
        if (before == null) {
            return listeners.add(consumer);
        }
        Listeners<T> late = new Listeners<>();
        Subscription subscription = late.add(consumer);
        late.fire(before);
        return subscription;
    }

    /** Tells it; a second time changes nothing. */
    public synchronized void fire(T event) {
        if (told == null) {
            told = event;
            listeners.fire(event);
        }
    }
}
