package dev.handoff.sample.programs;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Listens in four places with two handlers. Arguments: the file for the addresses, the Unix socket. */
public final class ManyListeners {
    private ManyListeners() {}

    public static void main(String[] args) throws IOException {
        Path addresses = Path.of(args[0]);
        ClusterServer server = ClusterServer.builder(Http.handler(request -> Response.text("first\n")))
                .listen(
                        ListenOptions.address("127.0.0.1", 0),
                        ListenOptions.address("::1", 0).onlyIpv6(),
                        ListenOptions.unix(Path.of(args[1])))
                .listen(ListenOptions.port(0), Http.handler(request -> Response.text("second\n")))
                .signals(true)
                .start();
        Path next = addresses.resolveSibling("next");
        Files.write(next, server.addresses().stream().map(Object::toString).toList());
        Files.move(next, addresses, StandardCopyOption.ATOMIC_MOVE);
    }
}
