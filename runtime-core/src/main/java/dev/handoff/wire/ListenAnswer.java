package dev.handoff.wire;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.unix.UnixException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a master answers a worker that wants to listen.
 *
 * @param key what the listener is called from here on; 0: there is none
 * @param address where it listens; null: there is none
 * @param rendezvous the socket to open the lane at; empty: there is none, or the place is one of datagrams
 * @param errno why not, the error's name; empty: there is one
 * @param reason why not, in a sentence
 */
public record ListenAnswer(int key, @Nullable ListenAddress address, String rendezvous, String errno, String reason) {
    /** What errors have no name of their own for. */
    private static final String OTHER_ERROR = "EIO";

    /** There it is. */
    public static ListenAnswer yes(int key, ListenAddress address, String rendezvous) {
        return new ListenAnswer(key, address, rendezvous, "", "");
    }

    /** There is none. */
    public static ListenAnswer no(String errno, String reason) {
        return new ListenAnswer(0, null, "", errno, reason);
    }

    /** There is none, because of that. */
    public static ListenAnswer no(IOException failure) {
        return no(errno(failure), String.valueOf(failure.getMessage()));
    }

    /** The name of an error. */
    public static String errno(IOException failure) {
        return failure instanceof UnixException e ? e.name() : OTHER_ERROR;
    }
}
