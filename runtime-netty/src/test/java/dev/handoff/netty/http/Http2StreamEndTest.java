package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Streams that end while frames of theirs wait to be read. The connection that is closed because no request comes has none
 * left.
 */
class Http2StreamEndTest {
    private static final int NO_ERROR = 0;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int WINDOW = 65_535;
    private static final int PIECE = 16_000;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(400);

    private enum Goes {
        RESETS {
            @Override
            void happen(RawHttp2 client, TestServer server) throws IOException {
                client.reset(1);
                assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
            }
        },
        HANGS_UP {
            @Override
            void happen(RawHttp2 client, TestServer server) throws IOException {
                client.close();
                server.awaitNoConnections();
            }
        };

        abstract void happen(RawHttp2 client, TestServer server) throws IOException;
    }

    // --- the server answers ---------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"content-length,2000000", "x,y"})
    void bodyThatIsTooLongIsNotKept(String field) throws Exception {
        try (TestServer server =
                        serving(Http.handler(request -> Response.text("whole")).maxBody(10));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/", field.split(","));
            sendTwoPieces(client);
            assertThat(client.answer(1).status()).isEqualTo(413);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    @Test
    void bodyThatAStreamingHandlerDoesNotWantIsNotKept() throws Exception {
        try (TestServer server = serving(Http.streaming(request -> Response.status(401)));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/");
            sendTwoPieces(client);
            assertThat(client.answer(1).status()).isEqualTo(401);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    @Test
    void bodyThatABlockingHandlerDoesNotReadIsNotKept() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        Http http = Http.blocking(request -> {
            full.await();
            return Response.text("unread");
        });
        try (TestServer server = serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/");
            for (int window = WINDOW; window >= PIECE; window += client.takeWindow(1)) {
                client.data(1, false, "x".repeat(PIECE));
                window -= PIECE;
                client.awaitPong();
            }
            full.countDown();
            assertThat(client.answer(1).body()).isEqualTo("unread");
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    @Test
    void wordsForAWebSocketThatIsNoneAreNotKept() throws Exception {
        try (TestServer server = serving(Http.handler(request -> Response.status(404)));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.connect(1, "/", "sec-websocket-version", "13");
            sendTwoPieces(client);
            assertThat(client.answer(1).status()).isEqualTo(404);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    private static void sendTwoPieces(RawHttp2 client) throws IOException {
        client.data(1, false, "more than ten").data(1, false, "more than ten").flush();
    }

    // --- the client goes ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void clientThatGoesIsMissedWhileNobodyReadsItsBody(Goes how) throws Exception {
        Http http = Http.streaming(request -> Response.later(new CompletableFuture<>()));
        try (TestServer server = serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/");
            sendTwoPieces(client);
            client.awaitPong();
            how.happen(client, server);
            server.awaitNoRequests();
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientThatGoesEndsItsResponseWhileNobodyReadsItsBody(Goes how) throws Exception {
        CompletableFuture<Throwable> written = new CompletableFuture<>();
        AtomicBoolean cancelled = new AtomicBoolean();
        Http http = Http.streaming(request -> request.path().equals("/publisher")
                ? Response.publisher("x/y", endless(cancelled))
                : Response.stream("x/y", out -> {
                    try {
                        while (true) {
                            out.write(new byte[1_000]);
                        }
                    } catch (IOException e) {
                        written.complete(e);
                        throw e;
                    }
                }));
        for (String path : new String[] {"/publisher", "/writer"}) {
            try (TestServer server = serving(http);
                    RawHttp2 client = RawHttp2.to(server.port())) {
                client.request(1, false, "POST", path);
                sendTwoPieces(client);
                client.awaitPong();
                how.happen(client, server);
                server.awaitNoRequests();
            }
        }
        assertThat(written.get(10, TimeUnit.SECONDS)).hasMessage("the client has gone");
        assertThat(cancelled).isTrue();
    }

    private static Flow.Publisher<ByteBuffer> endless(AtomicBoolean cancelled) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                subscriber.onNext(ByteBuffer.allocate(1_000));
            }

            @Override
            public void cancel() {
                cancelled.set(true);
            }
        });
    }

    /** RFC 9113, 5.4.2: no reset answers one. */
    @Test
    void resetIsNotAnsweredWithAnother() throws Exception {
        try (TestServer server = serving(Http.handler(request -> Response.text("never taken")));
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            client.get(1, "/").flush().awaitStatus(1, 200);
            client.reset(1).awaitPong();
            assertThat(client.soFar(1).error()).isEqualTo(-1);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
            assertThat(client.soFar(1).error()).isEqualTo(-1);
        }
    }

    /** Closes a connection soon when it has no streams. */
    private static TestServer serving(Http http) throws Exception {
        return TestServer.serving(http.timeouts(LONG, LONG, LONG, SHORT));
    }
}
