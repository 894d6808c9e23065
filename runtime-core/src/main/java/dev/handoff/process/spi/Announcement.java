package dev.handoff.process.spi;

import dev.handoff.process.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event that happens at most once, such as a process's exit. A listener that is added after the event is called all the same, because with
 * several threads a program cannot know whether it is in time. Any thread may call.
 *
 * @param <T> what listeners get
 */
public final class Announcement<T> {
    private final Consumer<Runnable> line;
    private final Listeners<T> listeners = new Listeners<>();
    private @Nullable T told;

    /** An event that has not happened yet. Its listeners are called after the tasks that wait then. */
    public Announcement() {
        this(EventThread.get()::enqueue);
    }

    private Announcement(Consumer<Runnable> line) {
        this.line = line;
    }

    /** One whose listeners are called on the next tick: what a call brings about by itself, as in Node. */
    public static <T> Announcement<T> onNextTick() {
        return new Announcement<>(EventThread.get()::nextTick);
    }

    /** Calls a listener when it happens, or soon, if it has happened; always on the {@link EventThread}. */
    public synchronized Subscription add(Consumer<? super T> consumer) {
        T before = told;
        if (before == null) {
            return listeners.add(consumer);
        }
        Listeners<T> late = new Listeners<>();
        Subscription subscription = late.add(consumer);
        line.accept(() -> late.tell(before));
        return subscription;
    }

    /** Calls the listeners. A second call changes nothing. */
    public synchronized void fire(T event) {
        if (told == null) {
            told = event;
            tellSoon(event);
        }
    }

    private void tellSoon(T event) {
        if (!listeners.isEmpty()) {
            line.accept(() -> listeners.tell(event));
        }
    }
}
