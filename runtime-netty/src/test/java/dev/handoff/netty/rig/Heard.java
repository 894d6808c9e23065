package dev.handoff.netty.rig;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A program behind a WebSocket that notes what it hears. */
public final class Heard {
    public final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
    public final List<String> texts = new CopyOnWriteArrayList<>();
    public final List<String> bytes = new CopyOnWriteArrayList<>();
    public final List<Integer> codes = new CopyOnWriteArrayList<>();
    public final CompletableFuture<String> reason = new CompletableFuture<>();

    public void opened(WebSocket opened) {
        opened.onText(texts::add);
        opened.onBytes(buffer -> bytes.add(UTF_8.decode(buffer).toString()));
        opened.onClose((code, why) -> {
            codes.add(code);
            reason.complete(why);
        });
        socket.complete(opened);
    }

    /** Sends everything back. */
    public static void echo(WebSocket opened) {
        opened.onText(opened::send);
        opened.onBytes((ByteBuffer buffer) -> opened.send(buffer));
    }

    public WebSocket socket() throws Exception {
        return socket.get(10, TimeUnit.SECONDS);
    }

    /** Waits for the end. */
    public List<Integer> codes() throws Exception {
        reason.get(15, TimeUnit.SECONDS);
        return codes;
    }

    public Http http() {
        return Http.handler(request -> Response.webSocket(this::opened));
    }
}
