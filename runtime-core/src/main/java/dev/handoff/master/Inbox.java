package dev.handoff.master;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have for the supervisor, in order. Bounded by what is in the messages: a sender waits while it
 * is full. That does not last, since the supervisor never waits.
 */
final class Inbox {
    private static final long ROOM_BYTES = 16L << 20;

    /** What a message takes beside what is in it. */
    private static final int OVERHEAD = 256;

    private record Entry(Message message, long bytes) {}

    /** Something that happened elsewhere, to be dealt with on the supervisor's thread. */
    interface Message {
        /** Deals with it. */
        void handle(Supervisor supervisor, long nowNanos);
    }

    private final Deque<Entry> messages = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    /** Puts a message in that holds no more than a few numbers. As {@link #put(long, Message)}. */
    boolean put(Message message) {
        return put(0, message);
    }

    /**
     * Puts a message in. Any thread; an interrupt does not keep it out.
     *
     * @param size bytes of what is in it; any is taken by an inbox that is empty
     * @return false if the supervisor reads no more
     */
    synchronized boolean put(long size, Message message) {
        boolean interrupted = false;
        while (!closed && !messages.isEmpty() && bytes + size + OVERHEAD > ROOM_BYTES) {
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
            messages.add(new Entry(message, size + OVERHEAD));
            bytes += size + OVERHEAD;
            notifyAll();
        }
        return !closed;
    }

    /** The next message; null if none comes within that time. */
    synchronized @Nullable Message take(long waitNanos) throws InterruptedException {
        if (messages.isEmpty() && waitNanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
        }
        Entry next = messages.poll();
        if (next == null) {
            return null;
        }
        bytes -= next.bytes;
        notifyAll();
        return next.message;
    }

    /** Takes no more; gives what has not been read. */
    synchronized List<Message> close() {
        closed = true;
        List<Message> rest = messages.stream().map(Entry::message).toList();
        messages.clear();
        notifyAll();
        return rest;
    }
}
