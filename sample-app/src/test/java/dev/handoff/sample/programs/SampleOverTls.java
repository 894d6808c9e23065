package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Tls;
import dev.handoff.sample.SampleApp;
import java.nio.file.Path;

/** What the sample serves, over TLS. Arguments: the certificate and its key, PEM. */
public final class SampleOverTls {
    private SampleOverTls() {}

    public static void main(String[] args) {
        Tls tls = Tls.pem(Path.of(args[0]), Path.of(args[1]));
        ClusterServer.builder(() -> tls.wrap(SampleApp.handler())).port(0).run();
    }
}
