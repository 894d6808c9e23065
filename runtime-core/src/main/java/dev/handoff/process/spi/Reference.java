package dev.handoff.process.spi;

import org.jspecify.annotations.Nullable;

/**
 * Keeps this JVM alive because of one thing, a child, a channel or a listener, as long as that is there and the program has not
 * said that it does not count: Node's {@code ref} and {@code unref}. Any thread may call.
 */
public final class Reference {
    private boolean there;
    private boolean counts = true;
    private EventThread.@Nullable Hold hold;

    /** To something that is not there yet. */
    public Reference() {}

    /** Says whether it is there. */
    public synchronized void there(boolean now) {
        there = now;
        update();
    }

    /** It counts, as it does at first. */
    public synchronized void ref() {
        counts = true;
        update();
    }

    /** It does not count. */
    public synchronized void unref() {
        counts = false;
        update();
    }

    /** It does not count any more once all that waits on the {@link EventThread} now has been told. */
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
