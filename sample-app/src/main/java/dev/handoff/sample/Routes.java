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
    private final Signature signature;

    Routes(Chat chat, Signature signature) {
        this.signature = signature;
        byPath = Map.ofEntries(
                entry("/", signed(READ, Endpoints::page)),
                entry("/plaintext", signed(READ, request -> Endpoints.plaintext())),
                entry("/info", signed(READ, Endpoints::info)),
                entry("/sleep", new Route(READ, this::sleep)),
                entry("/stream", signed(READ, Endpoints::stream)),
                entry("/chat", signed(READ, chat::answer)),
                entry("/echo", signed(WRITE, Endpoints::echo)),
                entry("/block", signed(WRITE, Endpoints::block)),
                entry("/crash", new Route(WRITE, Crash::answer)));
    }

    private Route signed(List<String> methods, Http.Handler endpoint) {
        return new Route(methods, request -> signature.sign(request, endpoint.handle(request)));
    }

    /** A response that comes later is signed when it comes. */
    private Response sleep(Request request) {
        return Response.later(Endpoints.sleep(request).thenApply(awake -> signature.sign(request, awake)));
    }

    private record Route(List<String> methods, Http.Handler endpoint) {}

    /** Answers a request; one that cannot be answered with a sentence that says why. */
    Response answer(Request request) throws Exception {
        Route route = byPath.get(request.path());
        if (route == null) {
            return signature.sign(
                    request,
                    Response.text("nothing here: / lists what there is\n").withStatus(404));
        }
        if (!route.methods.contains(request.method())) {
            String allowed = String.join(", ", route.methods);
            String refusal = request.path() + " takes " + allowed + ", not " + request.method() + "\n";
            return signature.sign(
                    request, Response.text(refusal).withStatus(405).header("Allow", allowed));
        }
        try {
            return route.endpoint.handle(request);
        } catch (IllegalArgumentException e) {
            return signature.sign(request, Response.text(e.getMessage() + "\n").withStatus(400));
        }
    }
}
