package dev.handoff.unix;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * Lets several threads use a descriptor that any of them may close. Any thread.
 *
 * <p>If a number is closed while another thread is about to call read(2) on it, the next socket that is opened gets the number, and the
 * thread reads that socket's bytes: in a master, the beginning of a client's request. So a close wakes the threads that use the
 * descriptor, lets no other thread begin, and leaves close(2) to the last of them.
 */
public final class SharedUse {
    /** A call on the descriptor; must not block. */
    public interface Step {
        /** Makes the call. */
        void run() throws IOException;
    }

    private final Step wake;
    private final Step close;
    private int users;
    private boolean closing;

    /**
     * No thread uses it yet.
     *
     * @param wake ends calls that wait, as shutdown(2) does; not called if there are none
     * @param close closes the descriptor; called once
     */
    public SharedUse(Step wake, Step close) {
        this.wake = wake;
        this.close = close;
    }

    /**
     * Begins a call on the descriptor, which {@link #end} must follow.
     *
     * @throws ClosedChannelException if it was closed: nothing has begun then
     */
    public synchronized void begin() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
        users++;
    }

    /** Ends a call that has begun. */
    public synchronized void end() throws IOException {
        users--;
        closeIfUnused();
    }

    /** Closes the descriptor as soon as no thread uses it. Does not wait for that; a second call changes nothing. */
    public synchronized void close() throws IOException {
        if (closing) {
            return;
        }
        closing = true;
        try {
            if (users > 0) {
                wake.run();
            }
        } finally {
            closeIfUnused();
        }
    }

    private void closeIfUnused() throws IOException {
        if (closing && users == 0) {
            close.run();
        }
    }
}
