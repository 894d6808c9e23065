package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that has run out of memory or threads asks for a successor, wherever a request finds out, and serves on. */
class ExhaustionTest {
    @ParameterizedTest
    @ValueSource(strings = {"/handler", "/later", "/subscribe", "/writer", "/begun"})
    void workerThatHasRunOutServesOnAndAsksForASuccessor(String path) throws Exception {
        AtomicReference<String> asked = new AtomicReference<>("");
        CurrentWorker worker = TestWorker.alone(asked::set);
        try (TestServer server = TestServer.serving(Http.blocking(ExhaustionTest::runOut), worker);
                RawClient client = server.connect();
                RawClient next = server.connect()) {
            client.get(path);
            await().untilAsserted(() -> assertThat(asked).hasValue("thrown by the test"));
            assertThat(next.get("/enough").answer().status()).isEqualTo(200);
        }
    }

    private static Response runOut(Request request) {
        return switch (request.path()) {
            case "/enough" -> Response.text("enough");
            case "/later" -> Response.later(CompletableFuture.failedFuture(exhaustion()));
            case "/subscribe" ->
                Response.publisher("x/y", subscriber -> {
                    throw exhaustion();
                });
            case "/writer" ->
                Response.stream("x/y", out -> {
                    throw exhaustion();
                });
            case "/begun" ->
                Response.stream("x/y", out -> {
                    out.flush();
                    throw exhaustion();
                });
            default -> throw exhaustion();
        };
    }

    private static OutOfMemoryError exhaustion() {
        return new OutOfMemoryError("thrown by the test");
    }
}
