package dev.handoff.unix;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * Lets several threads use a descriptor that any of them may close. Any thread.
 *
 * <p>A number that is closed while somebody is about to call read(2) on it belongs to the next socket that is opened,
 * and that one's bytes are taken: in a master, the beginning of a client's request. So a close wakes those who use the
 * descriptor, lets nobody else begin, and leaves the closing to the last of them.
 */
public final class SharedUse {
    /** Does something to the descriptor; must not block. */
    public interface Step {
        /** Does it. */
        void run() throws IOException;
    }

    private final Step wake;
    private final Step close;
    private int users;
    private boolean closing;

    /**
     * Nobody uses it yet.
     *
     * @param wake ends calls that wait, as shutdown(2) does; not called where there are none
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

    /** Closes the descriptor as soon as nobody uses it. Does not wait for that; a second call changes nothing. */
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
