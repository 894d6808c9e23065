package dev.handoff.netty.worker;

import dev.handoff.cluster.Cluster;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.TestCertificate;

/** A worker that says over TLS which one it is. */
final class TicketWorker {
    private TicketWorker() {}

    public static void main(String[] arguments) {
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        ClusterServer.run(
                tls.wrap(Http.handler(request ->
                        Response.text(Integer.toString(Cluster.worker().id())))),
                2);
    }
}
