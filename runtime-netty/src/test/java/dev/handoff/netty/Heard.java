package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A program behind a WebSocket that notes what it hears. */
final class Heard {
    final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
    final List<String> texts = new CopyOnWriteArrayList<>();
    final List<String> bytes = new CopyOnWriteArrayList<>();
    final List<Integer> codes = new CopyOnWriteArrayList<>();
    final CompletableFuture<String> reason = new CompletableFuture<>();

    void opened(WebSocket opened) {
        opened.onText(texts::add);
        opened.onBytes(buffer -> bytes.add(UTF_8.decode(buffer).toString()));
        opened.onClose((code, why) -> {
            codes.add(code);
            reason.complete(why);
        });
        socket.complete(opened);
    }

    /** Sends everything back. */
    static void echo(WebSocket opened) {
        opened.onText(opened::send);
        opened.onBytes((ByteBuffer buffer) -> opened.send(buffer));
    }

    WebSocket socket() throws Exception {
        return socket.get(10, TimeUnit.SECONDS);
    }

    /** Waits for the end. */
    List<Integer> codes() throws Exception {
        reason.get(15, TimeUnit.SECONDS);
        return codes;
    }

    Http http() {
        return Http.handler(request -> Response.webSocket(this::opened));
    }
}
