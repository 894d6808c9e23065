package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;

/** The first program. */
public final class Hello {
    private Hello() {}

    /** Runs in the master and, once more, in each worker. */
    public static void main(String[] args) {
        ClusterServer.run(
                Http.handler(request ->
                        Response.text("hello from worker " + Cluster.worker().id() + "\n")),
                2);
    }
}
