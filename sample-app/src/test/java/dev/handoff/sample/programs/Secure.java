package dev.handoff.sample.programs;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves over TLS, whatever is asked. Arguments: certificate, key, a file that is there as soon as it serves. */
public final class Secure {
    private Secure() {}

    public static void main(String[] args) throws Exception {
        Http http = Http.handler(request -> request.method().equals("POST")
                ? Response.bytes("text/plain", request.body().bytes())
                : Response.text("Hello world\n"));
        ClusterServer.builder(() -> Tls.pem(Path.of(args[0]), Path.of(args[1])).wrap(http))
                .port(0)
                .signals(true)
                .start();
        Files.createFile(Path.of(args[2]));
    }
}
