package dev.handoff.netty.worker;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ForkingCluster;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;

/** Two workers that it forks say over TLS which they are. Prints their port, and when they have new secrets for tickets. */
final class ForkedTicketProgram {
    private ForkedTicketProgram() {}

    public static void main(String[] arguments) {
        if (Cluster.isMaster()) {
            ForkingCluster cluster = Cluster.master();
            cluster.onListening((worker, address) -> System.out.println(address.port()));
            cluster.onEvent(event -> {
                if (event.name().equals("tickets.renewed")) {
                    System.out.println(event.name());
                }
            });
            cluster.fork();
            cluster.fork();
        } else {
            String id = Integer.toString(Cluster.worker().id());
            Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
            ClusterServer.listen(
                    tls.wrap(Http.handler(request -> Response.text(id))), ListenOptions.address("127.0.0.1", 0));
        }
    }
}
