package dev.handoff.sample.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** One who sits in the chat, by the JDK's WebSocket. It notes what it hears, and how it ended. */
public final class ChatClient implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String GREETING = "* you are with worker ";

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder line = new StringBuilder();
    private volatile long closedNanos;
    private @Nullable WebSocket socket;

    private ChatClient() {}

    /** Comes in, and waits until it is in. */
    public static ChatClient joining(int port) {
        ChatClient client = new ChatClient();
        client.socket = HTTP.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/chat"), client)
                .join();
        return client;
    }

    /** Whatever was heard so far. */
    public List<String> lines() {
        return lines;
    }

    /** The number of the worker that greeted this one; 0 as long as none has. */
    public int worker() {
        return lines.isEmpty() ? 0 : Integer.parseInt(lines.get(0).substring(GREETING.length()));
    }

    /** Done with the code of the server's close frame; fails if the connection ended without one. */
    public CompletableFuture<Integer> closed() {
        return closed;
    }

    /** When it was closed by the server, by the monotonic clock. */
    public long closedNanos() {
        return closedNanos;
    }

    /** Says something, and waits until it has been sent. */
    public void say(String text) {
        open().sendText(text, true).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        line.append(part);
        if (last) {
            lines.add(line.toString());
            line.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closedNanos = System.nanoTime();
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        closed.completeExceptionally(failure);
    }

    /** Leaves without a word. */
    @Override
    public void close() {
        open().abort();
    }

    private WebSocket open() {
        if (socket == null) {
            throw new IllegalStateException("it has not come in yet");
        }
        return socket;
    }
}
