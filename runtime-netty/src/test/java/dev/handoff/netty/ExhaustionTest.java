package dev.handoff.netty;

import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.CurrentWorker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that has run out of memory or threads leaves, wherever a request finds out. */
class ExhaustionTest {
    @ParameterizedTest
    @ValueSource(strings = {"/handler", "/later", "/subscribe", "/writer", "/begun"})
    void workerThatHasRunOutLeaves(String path) throws Exception {
        AtomicBoolean leaving = new AtomicBoolean();
        CurrentWorker worker = TestWorker.alone(() -> leaving.set(true));
        try (TestServer server = TestServer.serving(Http.blocking(ExhaustionTest::runOut), worker);
                RawClient client = server.connect()) {
            client.get(path);
            await().untilTrue(leaving);
        }
    }

    private static Response runOut(Request request) {
        return switch (request.path()) {
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
