package dev.handoff.benchmarks;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;

/** Handoff as its users write it: a function from request to response, in two workers. */
public final class HandoffServer {
    private static final int WORKERS = 2;

    private HandoffServer() {}

    /**
     * Serves until the process is told to end.
     *
     * @param arguments the port, and the policy: {@code round-robin} or {@code shared}
     */
    public static void main(String[] arguments) {
        ClusterServer.builder(Http.handler(HandoffServer::answer))
                .workers(WORKERS)
                .listen(ListenOptions.address("127.0.0.1", Integer.parseInt(arguments[0])))
                .option("policy", arguments[1])
                .run();
    }

    private static Response answer(Request request) {
        return request.path().equals("/plaintext") ? Response.text("Hello world\n") : Response.status(404);
    }
}
