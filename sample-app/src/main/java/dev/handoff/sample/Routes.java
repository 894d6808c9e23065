package dev.handoff.sample;

import static java.util.Map.entry;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.util.List;
import java.util.Map;

/** Which path is answered by which endpoint. Used on event loops, so that no endpoint may block, but that which should. */
final class Routes {
    private static final List<String> READ = List.of("GET", "HEAD");
    private static final List<String> WRITE = List.of("POST");

    private final Map<String, Route> byPath;

    Routes(Chat chat) {
        byPath = Map.ofEntries(
                entry("/", new Route(READ, Endpoints::page)),
                entry("/plaintext", new Route(READ, request -> Endpoints.plaintext())),
                entry("/info", new Route(READ, Endpoints::info)),
                entry("/sleep", new Route(READ, Endpoints::sleep)),
                entry("/stream", new Route(READ, Endpoints::stream)),
                entry("/chat", new Route(READ, chat::answer)),
                entry("/echo", new Route(WRITE, Endpoints::echo)),
                entry("/block", new Route(WRITE, Endpoints::block)),
                entry("/crash", new Route(WRITE, Crash::answer)));
    }

    private record Route(List<String> methods, Http.Handler endpoint) {}

    /** Answers a request; one that cannot be answered with a sentence that says why. */
    Response answer(Request request) throws Exception {
        Route route = byPath.get(request.path());
        if (route == null) {
            return Response.text("nothing here: / lists what there is\n").withStatus(404);
        }
        if (!route.methods.contains(request.method())) {
            String allowed = String.join(", ", route.methods);
            return Response.text(request.path() + " takes " + allowed + ", not " + request.method() + "\n")
                    .withStatus(405)
                    .header("Allow", allowed);
        }
        try {
            return route.endpoint.handle(request);
        } catch (IllegalArgumentException e) {
            return Response.text(e.getMessage() + "\n").withStatus(400);
        }
    }
}
