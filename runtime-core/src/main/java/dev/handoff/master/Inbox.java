package dev.handoff.master;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have for the supervisor, in order. Bounded: a sender waits while it is full, which the supervisor,
 * who waits for nobody, does not let last.
 */
final class Inbox {
    private static final int ROOM = 10_000;

    /** Something that happened elsewhere, to be dealt with on the supervisor's thread. */
    interface Message {
        /** Deals with it. */
        void handle(Supervisor supervisor, long nowNanos);
    }

    private final Deque<Message> messages = new ArrayDeque<>();
    private boolean closed;

    /**
     * Puts a message in. Any thread; an interrupt does not keep it out.
     *
     * @return false if nobody reads any more
     */
    synchronized boolean put(Message message) {
        boolean interrupted = false;
        while (!closed && messages.size() >= ROOM) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!closed) {
            messages.add(message);
            notifyAll();
        }
        return !closed;
    }

    /** The next message; null if none comes within that time. */
    synchronized @Nullable Message take(long waitNanos) throws InterruptedException {
        if (messages.isEmpty() && waitNanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
        }
        Message message = messages.poll();
        notifyAll();
        return message;
    }

    /** Takes no more; gives what has not been read. */
    synchronized List<Message> close() {
        closed = true;
        List<Message> rest = List.copyOf(messages);
        messages.clear();
        notifyAll();
        return rest;
    }
}
