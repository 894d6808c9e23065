package dev.handoff.sample.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.netty.ClusterServer;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Answers {@code /version} with the text of a resource beside it, which differs from build to build. Bears load. Three
 * builds are bad; what they have tried is a file of their name.
 */
public final class Versioned {
    /** The version of a build whose handler does not start. */
    public static final String THROWS_IN_START = "throws-in-start";

    /** The version of a build that starts, and dies of the first request. */
    public static final String DIES_OF_A_REQUEST = "dies-of-a-request";

    /** The version of a build that listens in one more place, which it names before the other. */
    public static final String LISTENS_MORE = "listens-more";

    private static final int CODE = 9;

    private Versioned() {}

    public static void main(String[] args) {
        ClusterServer.Builder server =
                ClusterServer.builder(Http.handler(Versioned::answer).onStart(context -> start()));
        if (version().equals(LISTENS_MORE)) {
            tried();
            server.listen(ListenOptions.port(0), Http.handler(request -> Response.text("the new one's")));
        }
        server.port(0).run();
    }

    private static void start() {
        if (version().equals(THROWS_IN_START)) {
            tried();
            throw new IllegalStateException("a bad build");
        }
    }

    private static Response answer(Request request) {
        if (version().equals(DIES_OF_A_REQUEST)) {
            tried();
            Runtime.getRuntime().halt(CODE);
        }
        return switch (request.path()) {
            case "/version" -> Response.text(version());
            case "/plaintext" -> Response.text("Hello world\n");
            default -> Who.answers();
        };
    }

    private static void tried() {
        try {
            Files.writeString(Path.of(version()), "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot say that this build was tried", e);
        }
    }

    private static String version() {
        try (InputStream in = Objects.requireNonNull(Versioned.class.getResourceAsStream("version.txt"))) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read this build's version", e);
        }
    }
}
