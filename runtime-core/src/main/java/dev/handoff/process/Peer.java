package dev.handoff.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The other end of a channel: messages go to it, as JSON or as raw bytes, with a socket along where one is given.
 *
 * <p>Any thread may call. What one sender sends to one receiver arrives in that order, each once. Futures complete on the
 * caller's or on the channel's thread: dependants without an executor of their own must not block.
 */
public interface Peer {
    /** The most bytes that a message can have, and the most that wait unsent: 16 MiB. */
    int MOST_BYTES = 16 << 20;

    /** A worker's number; 0: the master, the parent or the child; -1: several. */
    int id();

    /** The process id at the other end. */
    long pid();

    /** Whether the channel is open. */
    boolean isConnected();

    /**
     * Sends a message.
     *
     * @param message a {@code byte[]} goes as it is, anything else as JSON, by Jackson
     * @return done when the kernel has it all; fails with {@link MessageException} if the channel is closed, the message
     *     cannot be serialised or is too large, or 16 MiB wait already
     */
    CompletableFuture<Void> send(Object message);

    /**
     * Sends a message with a socket. A send that is refused at once leaves the handle as it is; one that is taken up uses it
     * up, also if the channel ends before it is sent. To keep the socket as well, send a {@linkplain Handle#duplicate()
     * duplicate}.
     */
    CompletableFuture<Void> send(Object message, Handle handle);

    /**
     * Sends a message and waits for its answer.
     *
     * @param answer what the answer is read as; {@code Message.class} gives it with the socket that came along, which is the
     *     caller's then
     * @param limit from now until the answer has come; one that comes later is dropped
     * @return fails with {@link java.util.concurrent.TimeoutException} after the limit, with {@link MessageException} if a listener at
     *     the other end throws before it has answered, or its answer cannot be sent, and as {@link #send(Object)} does
     */
    <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit);

    /** False while more than 128 KiB wait unsent, because the other end does not read as fast as this one sends. */
    boolean isWritable();
}
