package dev.handoff.netty;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * The body of a request. How it can be read depends on the handler: {@link Http#handler} has it whole,
 * {@link Http#blocking} reads it as a stream, {@link Http#streaming} subscribes to it. It is what the client sent: a
 * {@code Content-Encoding} is the handler's to undo, or to refuse with 415.
 */
public interface Body {
    /**
     * The whole body; empty if the request has none. A blocking handler waits for it.
     *
     * @throws IllegalStateException in a streaming handler, or if it was already read as a stream
     * @throws java.io.UncheckedIOException if the client went away or was too slow in the middle of it
     */
    byte[] bytes();

    /** The whole body, read as UTF-8; malformed bytes become U+FFFD. Waits and fails as {@link #bytes} does. */
    String text();

    /**
     * The whole body, read as JSON by Jackson; properties that the type does not have are ignored. Waits and fails as
     * {@link #bytes} does. A body that is not such a JSON text ends the handler with an exception that answers 400.
     */
    <T> T json(Class<T> type);

    /**
     * The body as it arrives. At most 64 KiB wait unread in memory; beyond that the client waits. A read fails with an
     * {@link java.io.IOException} if the client goes away or is too slow in the middle of the body.
     *
     * @throws IllegalStateException in a streaming handler
     */
    InputStream stream();

    /**
     * The body as it arrives, for one subscriber. Each buffer is one element and the subscriber's to keep; while there
     * is no demand the client waits. It is called on the connection's event loop and must not block. {@code onError}
     * gets an {@link java.io.IOException} if the client goes away or is too slow in the middle of the body.
     *
     * @throws IllegalStateException in a blocking handler
     */
    Flow.Publisher<ByteBuffer> publisher();
}
