package dev.handoff.netty;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One open WebSocket, made by {@link Response#webSocket}. Source: RFC 6455.
 *
 * <p>Any thread may send, close and set listeners. Listeners run one at a time on the connection's event loop and must not
 * block; of each kind there is one, and the one set last counts. Those set in the function that {@link Response#webSocket}
 * takes miss nothing. One that throws is logged, and its WebSocket is closed with 1011.
 *
 * <p>Pings are answered, and sent, without the program: see {@link Http#pingEvery}. While more than 128 KiB wait unsent,
 * because the client does not read as fast as the program sends, nothing more is read from it either.
 *
 * <p>When the worker leaves, its WebSockets end one after the other within the first three quarters of the drain limit, each
 * by {@link #onLeaving} and then a close with 1012. A client that comes back meets another worker.
 */
public interface WebSocket {
    /**
     * Sends a text message. What one thread sends arrives in that order.
     *
     * @return done when the kernel has it all; fails with an {@link java.io.IOException} if the WebSocket is closed or
     *     closing, or 16 MiB wait already: then it is also closed with 1008, so that a client never misses a message
     *     in the middle. Completes on the event loop: dependants without an executor of their own must not block
     * @throws IllegalArgumentException if the text has half of a surrogate pair
     */
    CompletableFuture<Void> send(String text);

    /**
     * Sends the bytes between position and limit, which must not change until that is done, as a binary message.
     *
     * @return as {@link #send(String)} does
     */
    CompletableFuture<Void> send(ByteBuffer bytes);

    /** False while more than 128 KiB wait unsent. */
    boolean isWritable();

    /** Called with each text message. */
    void onText(Consumer<String> listener);

    /** Called with each binary message; the buffer is the listener's. */
    void onBytes(Consumer<ByteBuffer> listener);

    /**
     * Called once, when the WebSocket has ended, with code and reason; at once if that has already happened. The code is the
     * client's; 1005 if its close frame has none; that of ours if the client broke the rules (1002, 1007, 1009) or a listener
     * failed (1011); 1006 if the connection ended without a close frame of the client's. Messages may come until then, also
     * after a {@link #close} of ours.
     */
    void onClose(BiConsumer<Integer, String> listener);

    /**
     * Closes: what was sent before goes out first, and the client has 5 s to answer. A second call, or one after the end,
     * changes nothing.
     *
     * @param code 1000…1003, 1007…1014 or 3000…4999
     * @param reason at most 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code or the reason must not be sent
     */
    void close(int code, String reason);

    /**
     * Called once, when the worker leaves and it is this WebSocket's turn to go: what it sends goes out before the close frame
     * with 1012 that follows. At once if that turn has come.
     */
    void onLeaving(Runnable listener);
}
