package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;

/** Two workers with an HTTP server each share a port. Nothing happens that is not said here: who leaves is replaced. */
public final class NodeStyle {
    private NodeStyle() {}

    /** Runs in the master and, once more, in each worker. */
    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            ForkingCluster cluster = Cluster.master();
            cluster.onListening((worker, address) ->
                    System.out.println("worker " + worker.id() + " listens on port " + address.port()));
            cluster.onLeaving(worker -> cluster.fork());
            cluster.fork();
            cluster.fork();
        } else {
            int id = Cluster.worker().id();
            ClusterServer.listen(
                    Http.handler(request -> Response.text("hello from worker " + id + "\n")),
                    ListenOptions.address("127.0.0.1", 0));
        }
    }
}
