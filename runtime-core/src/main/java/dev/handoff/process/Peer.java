package dev.handoff.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The other end of a channel. Messages are sent to it as JSON or as raw bytes, with or without a socket.
 *
 * <p>Any thread may call. Messages of one sender to one receiver arrive in order, each once. Futures complete on the caller's or on the
 * channel's thread: dependent stages without an executor must not block.
 */
public interface Peer {
    /** Bytes of one message, at most, and bytes that wait to be sent, at most: 16 MiB. */
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
     * @param message a {@code byte[]} is sent as it is, any other object as JSON, by Jackson
     * @return done when the kernel has all of it; fails with {@link MessageException} if the channel is closed, the message
     *     cannot be serialised or is too large, or 16 MiB or 65,536 messages wait already
     */
    CompletableFuture<Void> send(Object message);

    /**
     * Sends a message with a socket. If the send is refused at once, the handle stays as it is. Otherwise the handle is of no more use, even if
     * the channel ends before the message is sent. To keep the socket too, send a {@linkplain Handle#duplicate() duplicate}.
     */
    CompletableFuture<Void> send(Object message, Handle handle);

    /**
     * Sends a message and waits for its answer.
     *
     * @param answer the type as which the answer is read; {@code Message.class} gives the message with its socket, which the caller owns then
     * @param limit from now until the answer has come; a later answer is dropped
     * @return fails with {@link java.util.concurrent.TimeoutException} after the limit, with {@link MessageException} if a listener at
     *     the other end throws before it has answered, or its answer cannot be sent, and as {@link #send(Object)} does
     */
    <T> CompletableFuture<T> request(Object message, Class<T> answer, Duration limit);

    /** False while more than 128 KiB, or 4,096 messages, wait to be sent, because the other end reads more slowly than this one sends. */
    boolean isWritable();
}
