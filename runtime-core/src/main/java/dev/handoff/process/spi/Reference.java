package dev.handoff.process.spi;

import org.jspecify.annotations.Nullable;

/**
 * Keeps this JVM alive because of one object: a child, a channel or a listener. It does so while the object is there, unless the program has
 * called {@code unref}: Node's {@code ref} and {@code unref}. Any thread may call.
 */
public final class Reference {
    private boolean there;
    private boolean counts = true;
    private EventThread.@Nullable Hold hold;

    /** A reference to an object that is not there yet. */
    public Reference() {}

    /** Sets whether the object is there. */
    public synchronized void there(boolean now) {
        there = now;
        update();
    }

    /** The object keeps the JVM alive, as it does at first. */
    public synchronized void ref() {
        counts = true;
        update();
    }

    /** The object does not keep the JVM alive. */
    public synchronized void unref() {
        counts = false;
        update();
    }

    /** As {@link #unref()}, but after all tasks that wait on the {@link EventThread} now. */
    public synchronized void unrefWhenAllIsTold() {
        if (hold == null) {
            unref();
        } else {
            EventThread.get().enqueue(this::unref);
        }
    }

    private void update() {
        boolean holds = there && counts;
        if (holds && hold == null) {
            hold = EventThread.get().hold();
        } else if (!holds && hold != null) {
            hold.close();
            hold = null;
        }
    }
}
