package dev.handoff.sample.programs;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Removes the jar that it came from before it starts workers. Argument: the jar. */
public final class Vanishing {
    private Vanishing() {}

    public static void main(String[] args) throws IOException {
        if (Cluster.isMaster()) {
            Files.delete(Path.of(args[0]));
        }
        ClusterServer.builder(Http.handler(request -> Response.text("never")))
                .port(0)
                .run();
    }
}
