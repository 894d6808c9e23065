package dev.handoff.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.ClusterServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** A user's program, tested as a user tests it. */
class HelloTest {
    @Test
    void aWorkerSaysHello() throws IOException {
        try (ClusterServer server = ClusterServer.builder()
                        .workerMain(Hello.class)
                        .workers(2)
                        .port(0)
                        .start();
                InputStream answer =
                        URI.create("http://localhost:" + server.port()).toURL().openStream()) {
            assertThat(answer).asString(UTF_8).startsWith("hello from worker ");
        }
    }
}
