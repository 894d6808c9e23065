package dev.handoff.sample;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A room for everybody: a page, and behind it a WebSocket for each who looks at it. What one client says reaches the clients
 * of every worker: each worker tells its own, and the other workers through the master.
 */
final class Chat {
    /** Bytes of a line. */
    static final int MAX_LINE = 4096;

    private static final Response PAGE = Response.html(Resources.text("chat.html"));

    private final Set<WebSocket> sockets = ConcurrentHashMap.newKeySet();

    /** Hears from now on what is said to the other workers. */
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

    /* Any page of the web may open a WebSocket to here in the name of whoever looks at it. Other programs send no origin. */
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
