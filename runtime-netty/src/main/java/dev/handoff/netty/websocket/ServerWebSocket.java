package dev.handoff.netty.websocket;

import dev.handoff.netty.WebSocket;
import dev.handoff.process.spi.Utf8;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A WebSocket as its program sees it. What is told is told on the event loop. */
final class ServerWebSocket implements WebSocket {
    private static final int MAX_REASON = 123;

    private final WebSocketConnection connection;
    private volatile Consumer<String> textListener = text -> {};
    private volatile Consumer<ByteBuffer> bytesListener = bytes -> {};

    /* From here on: the event loop's. */
    private BiConsumer<Integer, String> closeListener = (code, reason) -> {};
    private Runnable leavingListener = () -> {};
    private @Nullable End end;
    private boolean leaving;

    private record End(int code, String reason) {}

    ServerWebSocket(WebSocketConnection connection) {
        this.connection = connection;
    }

    @Override
    public CompletableFuture<Void> send(String text) {
        byte[] bytes = Utf8.bytes("a message of a WebSocket", text);
        return connection.send(new TextWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public CompletableFuture<Void> send(ByteBuffer bytes) {
        return connection.send(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public void onText(Consumer<String> listener) {
        textListener = listener;
    }

    @Override
    public void onBytes(Consumer<ByteBuffer> listener) {
        bytesListener = listener;
    }

    @Override
    public void onClose(BiConsumer<Integer, String> listener) {
        connection.execute(() -> {
            closeListener = listener;
            if (end != null) {
                tell(end);
            }
        });
    }

    @Override
    public void onLeaving(Runnable listener) {
        connection.execute(() -> {
            leavingListener = listener;
            if (leaving) {
                connection.tell(listener);
            }
        });
    }

    @Override
    public void close(int code, String reason) {
        check(code, reason);
        connection.execute(() -> connection.close(code, reason));
    }

    void text(String text) {
        connection.tell(() -> textListener.accept(text));
    }

    void bytes(ByteBuffer bytes) {
        connection.tell(() -> bytesListener.accept(bytes));
    }

    void leaving() {
        leaving = true;
        connection.tell(leavingListener);
    }

    void ended(int code, String reason) {
        end = new End(code, reason);
        tell(end);
    }

    private void tell(End known) {
        connection.tell(() -> closeListener.accept(known.code, known.reason));
    }

    private static void check(int code, String reason) {
        if (!WebSocketCodes.maySend(code)) {
            throw new IllegalArgumentException(
                    "a WebSocket is closed with 1000…1003, 1007…1014 or 3000…4999, not with " + code);
        }
        int length = Utf8.bytes("the reason of a close", reason).length;
        if (length > MAX_REASON) {
            throw new IllegalArgumentException("the reason of a close has at most " + MAX_REASON
                    + " bytes of UTF-8, and this one " + length + ": \"" + reason + "\"");
        }
    }
}
