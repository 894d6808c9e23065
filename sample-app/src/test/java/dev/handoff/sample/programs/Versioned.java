package dev.handoff.sample.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Answers {@code /version} with the text of a resource beside it, which differs from build to build. Bears load. */
public final class Versioned {
    private Versioned() {}

    public static void main(String[] args) {
        ClusterServer.builder(Http.handler(Versioned::answer)).port(0).run();
    }

    private static Response answer(Request request) throws IOException {
        return switch (request.path()) {
            case "/version" -> Response.text(version());
            case "/plaintext" -> Response.text("Hello world\n");
            default -> Who.answers();
        };
    }

    private static String version() throws IOException {
        try (InputStream in = Objects.requireNonNull(Versioned.class.getResourceAsStream("version.txt"))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
