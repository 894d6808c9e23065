package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The master's answer to a worker that wants to listen.
 *
 * @param key the listener's key from here on; 0: it was not opened
 * @param address where it listens; null: it was not opened
 * @param rendezvous the socket to which the worker connects its lane; empty: it was not opened, or is for datagrams
 * @param errno the name of the error; empty: none
 * @param reason the error in a sentence
 */
public record ListenAnswer(int key, @Nullable ListenAddress address, String rendezvous, String errno, String reason) {
    /** For errors without a name of their own. */
    private static final String OTHER_ERROR = "EIO";

    /** The listener is open. */
    public static ListenAnswer yes(int key, ListenAddress address, String rendezvous) {
        return new ListenAnswer(key, address, rendezvous, "", "");
    }

    /** The listener was not opened. */
    public static ListenAnswer no(String errno, String reason) {
        return new ListenAnswer(0, null, "", errno, reason);
    }

    /** The listener was not opened, because of that failure. */
    public static ListenAnswer no(IOException failure) {
        return no(errno(failure), String.valueOf(failure.getMessage()));
    }

    /** The name of an error. */
    public static String errno(IOException failure) {
        return failure instanceof UnixException e ? e.name() : OTHER_ERROR;
    }
}
