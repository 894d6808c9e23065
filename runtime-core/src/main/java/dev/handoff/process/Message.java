package dev.handoff.process;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A message from a peer. Listeners may keep it. Any thread may call. */
public interface Message {
    /**
     * Reads the message as a type.
     *
     * @param type for a list, the type of an array; {@code byte[].class} for raw bytes; {@code Message.class} gives the message itself
     * @throws MessageException if it cannot be read as that type; its text says why, and at which byte
     */
    <T> T as(Class<T> type);

    /** The raw bytes, or the JSON text in UTF-8. */
    byte[] bytes();

    /** Whether it is a request, which expects an {@link #answer}. */
    boolean isRequest();

    /**
     * The socket that was sent along. The first caller owns it; for others it is empty. If no listener has asked for it, it is closed when all
     * of them have been called.
     */
    Optional<Handle> handle();

    /** Its sender. */
    Peer sender();

    /**
     * Answers a request, once. An answer that is refused at once fails the request.
     *
     * @return as {@link Peer#send(Object)} does
     * @throws IllegalStateException if it is no request, or was answered before, or failed before because a listener has thrown
     */
    CompletableFuture<Void> answer(Object message);

    /**
     * Answers a request and sends a socket along, once. The asker gets the socket if it reads the answer as a {@link Message}.
     *
     * @return as {@link Peer#send(Object, Handle)} does
     * @throws IllegalStateException if it is no request, or was answered before
     */
    CompletableFuture<Void> answer(Object message, Handle handle);
}
