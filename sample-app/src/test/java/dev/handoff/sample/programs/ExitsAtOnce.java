package dev.handoff.sample.programs;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;

/** Its workers leave before they serve. */
public final class ExitsAtOnce {
    private static final int CODE = 7;

    private ExitsAtOnce() {}

    public static void main(String[] args) {
        if (Cluster.isWorker()) {
            System.err.println("the licence has run out");
            System.exit(CODE);
        }
        ClusterServer.builder(Http.handler(request -> Response.text("never")))
                .port(0)
                .run();
    }
}
