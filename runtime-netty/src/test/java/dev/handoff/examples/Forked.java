package dev.handoff.examples;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.process.Handle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/** Programs that fork by themselves: without Netty, and with it. */
final class Forked {
    private Forked() {}

    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            ForkingCluster cluster = Cluster.master();
            cluster.onLeaving(worker -> cluster.fork());
            for (int count = 0; count < 4; count++) {
                cluster.fork();
            }
        } else {
            Cluster.worker().listen(ListenOptions.port(8000), connection -> serve(connection));
        }
    }

    private static void serve(Handle connection) {
        try (ByteChannel channel = connection.open()) {
            channel.write(ByteBuffer.wrap(new byte[] {'h', 'i', '\n'}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void withNetty() {
        if (Cluster.isMaster()) {
            Cluster.master().onLeaving(worker -> Cluster.master().fork());
            Cluster.master().fork();
        } else {
            ClusterServer.listen(Http.handler(request -> Response.text("hello\n")), ListenOptions.port(8000));
        }
    }
}
