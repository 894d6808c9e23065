package dev.handoff.process;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What came from a peer. Listeners may keep it. Any thread may call. */
public interface Message {
    /**
     * Reads it.
     *
     * @param type for a list, that of an array; {@code byte[].class} takes raw bytes as they are, and {@code Message.class} gives
     *     the message itself
     * @throws MessageException if it cannot be read as that; the message says what stood in the way, and at which byte
     */
    <T> T as(Class<T> type);

    /** Raw bytes as they came, or the text of the JSON in UTF-8. */
    byte[] bytes();

    /** Whether it is a request, which waits for an {@link #answer}. */
    boolean isRequest();

    /**
     * The socket that came along: whoever asks first owns it. One that no listener has asked for is closed when all of them
     * have been called.
     */
    Optional<Handle> handle();

    /** Who sent it. */
    Peer sender();

    /**
     * Answers a request, once. An answer that is refused at once fails the request.
     *
     * @return as {@link Peer#send(Object)} does
     * @throws IllegalStateException if it is no request, or was answered before, or a listener has thrown on it, which its asker was
     *     told
     */
    CompletableFuture<Void> answer(Object message);

    /**
     * Answers a request with a socket along, once; who asked gets it if the answer is read as a {@link Message}.
     *
     * @return as {@link Peer#send(Object, Handle)} does
     * @throws IllegalStateException if it is no request, or was answered before
     */
    CompletableFuture<Void> answer(Object message, Handle handle);
}
