package dev.handoff.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A chat room: a page, and a WebSocket for each browser that shows it. What one client says reaches the clients of every worker:
 * each worker sends it to its own clients, and through the master to the other workers.
 */
public final class Chat {
    /** Bytes of a line. */
    static final int MAX_LINE = 4096;

    private static final Response PAGE = Response.html(page());

    private final Set<WebSocket> sockets = ConcurrentHashMap.newKeySet();

    /** Serves the room on port 8080, by two workers. */
    public static void main(String[] args) {
        ClusterServer.run(Chat::handler, 2);
    }

    private static Http handler() {
        Chat chat = new Chat();
        return Http.handler(chat::answer)
                .maxMessage(MAX_LINE, MAX_LINE)
                .onStart(context -> chat.listen(context.worker()));
    }

    private static String page() {
        try (InputStream in = Objects.requireNonNull(Chat.class.getResourceAsStream("chat.html"))) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read chat.html from the jar", e);
        }
    }

    /** Passes on to this worker's clients what the other workers send from now on. */
    void listen(CurrentWorker worker) {
        worker.onMessage(message -> tell(message.as(String.class)));
    }

    Response answer(Request request) {
        if (request.headers().get("Upgrade").isEmpty()) {
            return PAGE;
        }
        return isOwnPage(request)
                ? Response.webSocket(this::joined)
                : Response.text("this chat is for its own page\n").withStatus(403);
    }

    /* Any page on the web may open a WebSocket to this server, with the cookies of the person who looks at it. Programs other
     * than browsers send no origin. */
    private static boolean isOwnPage(Request request) {
        String host = request.headers().get("Host").orElse("");
        return request.headers()
                .get("Origin")
                .map(origin -> origin.replaceFirst("^https?://", "").equalsIgnoreCase(host))
                .orElse(true);
    }

    private void joined(WebSocket socket) {
        sockets.add(socket);
        socket.onClose((code, reason) -> sockets.remove(socket));
        socket.onText(this::say);
        socket.send("* you are with worker " + Cluster.worker().id());
    }

    private void say(String line) {
        tell(line);
        Cluster.worker().others().send(line);
    }

    private void tell(String line) {
        sockets.forEach(socket -> socket.send(line));
    }
}
