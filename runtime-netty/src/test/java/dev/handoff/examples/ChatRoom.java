package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What one client says reaches the clients of every worker. */
final class ChatRoom {
    private final Set<WebSocket> sockets = ConcurrentHashMap.newKeySet();

    Response answer(Request request) {
        return Response.webSocket(this::joined);
    }

    private void joined(WebSocket socket) {
        sockets.add(socket);
        socket.onClose((code, reason) -> sockets.remove(socket));
        socket.onText(line -> {
            tell(line);
            Cluster.worker().others().send(line);
        });
        socket.onLeaving(() -> socket.send("* this worker is replaced"));
    }

    private void tell(String line) {
        sockets.forEach(socket -> socket.send(line));
    }

    /** The same in one expression. */
    Http http() {
        return Http.handler(request -> Response.webSocket(socket -> {
                    sockets.add(socket);
                    socket.onClose((code, reason) -> sockets.remove(socket));
                    socket.onText(line -> {
                        tell(line);
                        Cluster.worker().others().send(line);
                    });
                }))
                .onStart(context -> context.worker().onMessage(message -> tell(message.as(String.class))));
    }
}
