package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Streams of one connection do not hold each other up, and what our handlers do is not held against the client. */
class Http2SharingTest {
    private static final int WINDOW = 65_535;
    private static final int INTERNAL_ERROR = 2;
    private static final int ENHANCE_YOUR_CALM = 11;

    @Test
    void responsesThatHandlersBreakOffCloseNoConnection() throws Exception {
        CompletableFuture<Response> waiting = new CompletableFuture<>();
        Http http = Http.handler(request -> request.path().equals("/wait")
                ? Response.later(waiting)
                : Response.publisher("x/y", Http2SharingTest::publishAPieceAndFail));
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/wait");
            for (int stream = 3; stream < 2 * Http2Limits.RESETS + 9; stream += 2) {
                assertThat(client.get(stream, "/").answer(stream).error()).isEqualTo(INTERNAL_ERROR);
            }
            waiting.complete(Response.text("still here"));
            assertThat(client.answer(1).body()).isEqualTo("still here");
        }
    }

    @Test
    void responsesThatWritersBreakOffCloseNoConnection() throws Exception {
        Http http = Http.handler(request -> Response.stream("x/y", out -> {
            out.write('x');
            out.flush();
            throw new IllegalStateException("broken off on purpose");
        }));
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            for (int stream = 1; stream < 2 * Http2Limits.RESETS + 9; stream += 2) {
                assertThat(client.get(stream, "/").answer(stream).error()).isEqualTo(INTERNAL_ERROR);
            }
        }
    }

    @Test
    void requestsThatTurnOutWrongBehindTheirResponsesHeadDoCount() throws Exception {
        Http http = Http.streaming(
                        request -> Response.publisher("x/y", request.body().publisher()))
                .maxBody(3)
                .maxResets(5);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            for (int stream = 1; stream < 2 * 6; stream += 2) {
                client.request(stream, false, "POST", "/")
                        .data(stream, false, "abc")
                        .flush();
                client.awaitStatus(stream, 200);
                client.data(stream, false, "d");
            }
            assertThat(client.awaitEnd()).isEqualTo(ENHANCE_YOUR_CALM);
            server.awaitNoConnections();
        }
    }

    @Test
    void clientMayResetSoManyStreamsAsTheSettingSays() throws Exception {
        CompletableFuture<Response> never = new CompletableFuture<>();
        Http http = Http.handler(request -> request.path().equals("/") ? Response.later(never) : Response.text("hello"))
                .maxResets(2 * Http2Limits.RESETS);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            int stream = 1;
            for (; stream < 3 * Http2Limits.RESETS; stream += 2) {
                client.get(stream, "/").reset(stream);
            }
            assertThat(client.get(stream, "/hello").answer(stream).status()).isEqualTo(200);
        }
    }

    @Test
    void whatTheOperatorSaysBeatsTheProgram() throws Exception {
        CompletableFuture<Response> never = new CompletableFuture<>();
        Http http = Http.handler(request -> Response.later(never)).maxResets(1000);
        try (TestServer server = TestServer.serving(http, Map.of(Setting.HTTP_RESETS, 5));
                RawHttp2 client = RawHttp2.to(server.port())) {
            for (int stream = 1; stream < 2 * 6; stream += 2) {
                client.get(stream, "/").reset(stream);
            }
            assertThat(client.awaitEnd()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void bodiesThatAreNotReadHoldUpNoOther() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Http http = Http.blocking(request -> {
                    if (request.path().equals("/unread")) {
                        release.await();
                    }
                    return Response.text("read " + request.body().bytes().length);
                })
                .maxBody(Long.MAX_VALUE);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            int uploads = 3 * Http2Limits.STREAMS_AT_ONCE;
            for (int i = 0; i < uploads; i++) {
                int stream = 2 * i + 1;
                client.request(stream, false, "POST", "/unread");
                fillWindow(client, stream);
                client.flush();
                client.awaitPong();
            }
            int last = 2 * uploads + 1;
            client.request(last, false, "POST", "/read").data(last, true, "x".repeat(10_000));
            assertThat(client.answer(last).body()).isEqualTo("read 10000");
            release.countDown();
            for (int i = 0; i < uploads; i++) {
                client.data(2 * i + 1, true, "");
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("read " + WINDOW);
            }
        }
    }

    @Test
    void manySmallFramesOfABodyAreReadAsOne() throws Exception {
        CountDownLatch whole = new CountDownLatch(1);
        Http http = Http.blocking(request -> {
            whole.await();
            return Response.text("first piece " + request.body().stream().read(new byte[WINDOW]) + ", all "
                    + request.body().stream().readAllBytes().length);
        });
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/");
            for (int i = 0; i < 20_000; i++) {
                client.data(1, false, "x");
            }
            client.data(1, true, "").awaitPong();
            whole.countDown();
            assertThat(client.answer(1).body()).endsWith("all " + (20_000 - 1));
        }
    }

    @Test
    void paddingIsNotHeldAgainstTheClient() throws Exception {
        Http http = Http.blocking(
                        request -> Response.text("read " + request.body().bytes().length))
                .maxBody(Long.MAX_VALUE);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/");
            byte[] padded = new byte[250];
            padded[0] = (byte) 200;
            int window = WINDOW;
            for (int i = 0; i < 2_000; i++) {
                client.frame(RawHttp2.DATA, 8, 1, padded);
                window -= padded.length;
                while (window < padded.length) {
                    client.awaitPong();
                    window += client.takeWindow(1);
                }
            }
            client.data(1, true, "");
            assertThat(client.answer(1).body()).isEqualTo("read " + 2_000 * 49);
        }
    }

    @Test
    void windowOfAStreamIsThatOfTheSetting() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        Http http = Http.streaming(request -> Response.later(later)).streamWindow(10 * WINDOW);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.awaitPong(); // and by then has taken the settings
            client.awaitPong(); // and by then the server knows
            client.request(1, false, "POST", "/");
            for (int i = 0; i < 10; i++) {
                fillWindow(client, 1);
            }
            client.awaitPong();
            later.complete(Response.text("done"));
            assertThat(client.answer(1).body()).isEqualTo("done");
        }
        assertThatThrownBy(() -> http.streamWindow(WINDOW - 1)).hasMessageContaining("65534");
    }

    private static void fillWindow(RawHttp2 client, int stream) {
        for (int left = WINDOW; left > 0; left -= 16_384) {
            client.frame(RawHttp2.DATA, 0, stream, new byte[Math.min(left, 16_384)]);
        }
    }

    private static void publishAPieceAndFail(Flow.Subscriber<? super java.nio.ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            private boolean sent;

            @Override
            public void request(long count) {
                if (!sent) {
                    sent = true;
                    subscriber.onNext(java.nio.ByteBuffer.wrap("piece".getBytes(UTF_8)));
                } else {
                    subscriber.onError(new IllegalStateException("broken off on purpose"));
                }
            }

            @Override
            public void cancel() {}
        });
    }
}
