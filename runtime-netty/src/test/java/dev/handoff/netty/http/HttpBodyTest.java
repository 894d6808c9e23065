package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Body;
import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bodies of requests and responses, whole and as they come. */
class HttpBodyTest {
    private static final int LARGE = 32 * 1024 * 1024;
    private static final String[] FAILURES = {
        "throw",
        "element",
        "error",
        "later",
        "later-null",
        "later-subscribe",
        "no-later",
        "null",
        "publisher",
        "subscribe",
        "subscribe-late",
        "writer"
    };

    record Point(int x, int y) {}

    @Test
    void jsonGoesBothWays() throws Exception {
        Http handler = Http.handler(request -> {
            Point point = request.body().json(Point.class);
            return Response.json(new Point(point.y(), point.x()));
        });
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            RawClient.Answer answer =
                    client.send(post("{\"x\":1,\"y\":2,\"z\":3}")).answer();
            assertThat(answer.body()).isEqualTo("{\"x\":2,\"y\":1}");
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            assertThat(client.send(post("{\"x\":")).answer().status()).isEqualTo(400);
            assertThat(client.send(post("[1]")).answer().status()).isEqualTo(400);
            assertThat(client.send(post("null")).answer().status()).isEqualTo(400);
            assertThat(client.send(post("{\"x\":1,\"y\":2}")).answer().status())
                    .as("the connection stays")
                    .isEqualTo(200);
        }
    }

    @Test
    void malformedJsonIsAnswered400InBlockingHandlersToo() throws Exception {
        Http handler = Http.blocking(request ->
                Response.json(Map.of("x", request.body().json(Point.class).x())));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            assertThat(client.send(post("{\"x\":1,\"y\":2}")).answer().body()).isEqualTo("{\"x\":1}");
            assertThat(client.send(post("nonsense")).answer().status()).isEqualTo(400);
        }
    }

    @Test
    void failingHandlersAnswer500AndTheConnectionStays() throws Exception {
        for (Http handler : new Http[] {
            Http.handler(HttpBodyTest::fail), Http.blocking(HttpBodyTest::fail), Http.streaming(HttpBodyTest::fail)
        }) {
            try (TestServer server = TestServer.serving(handler);
                    RawClient client = server.connect()) {
                for (String way : FAILURES) {
                    RawClient.Answer answer = client.get("/" + way).answer();
                    assertThat(answer.status()).as(way).isEqualTo(500);
                    assertThat(answer.header("Connection")).isEqualTo("keep-alive");
                }
            }
        }
    }

    @Test
    void failingSubscribersOfABodyAnswer500() throws Exception {
        Http handler = Http.streaming(request -> {
            request.body().publisher().subscribe(new Throwing(request.path()));
            return Response.later(new CompletableFuture<>());
        });
        try (TestServer server = TestServer.serving(handler)) {
            for (String at : Throwing.SIGNALS) {
                try (RawClient client = server.connect()) {
                    client.send("POST " + at + " HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello");
                    assertThat(client.answer().status()).as(at).isEqualTo(500);
                }
            }
        }
    }

    @Test
    void failingSubscriberOfABodyBreaksOffTheResponseThatHangsOnIt() throws Exception {
        Http handler = Http.streaming(request -> {
            request.body().publisher().subscribe(new Throwing("/onNext"));
            return Response.publisher("x/y", begunAndNeverEnded());
        });
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\n");
            for (String line = client.line(); !line.isEmpty(); line = client.line()) {
                assertThat(line).isNotEqualTo("HTTP/1.1 500 Internal Server Error");
            }
            assertThat(client.chunk()).isEqualTo("begun");
            client.send("hello");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void headIsAnsweredWithoutABodyByEveryKindOfResponse() throws Exception {
        Http handler = Http.handler(request -> switch (request.path()) {
            case "/text" -> Response.text("hello");
            case "/stream" -> Response.stream("x/y", out -> out.write(1));
            case "/publisher" -> Response.publisher("x/y", new SubmissionPublisher<>());
            default -> Response.status(404);
        });
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.send("HEAD /text HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.answerToHead().header("Content-Length")).isEqualTo("5");
            for (String path : new String[] {"/stream", "/publisher", "/none"}) {
                client.send("HEAD " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
                assertThat(client.answerToHead().status()).isEqualTo(path.equals("/none") ? 404 : 200);
            }
            assertThat(client.get("/text").answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void responsesWithoutABodyHaveNone() throws Exception {
        Http handler = Http.handler(request -> Response.text("ignored")
                .withStatus(Integer.parseInt(request.path().substring(1))));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            for (String status : new String[] {"204", "304"}) {
                RawClient.Answer answer = client.get("/" + status).answer();
                assertThat(answer.status()).isEqualTo(Integer.parseInt(status));
                assertThat(answer.headers()).doesNotContainKeys("Content-Length", "Transfer-Encoding");
            }
            assertThat(client.get("/200").answer().body()).isEqualTo("ignored");
        }
    }

    @Test
    void streamIsChunkedForNewClientsAndEndsWithTheConnectionForOldOnes() throws Exception {
        Http handler = Http.handler(request -> Response.stream("text/plain", out -> {
            out.write("hello ".getBytes(UTF_8));
            out.flush();
            out.write("world".getBytes(UTF_8));
        }));
        try (TestServer server = TestServer.serving(handler)) {
            try (RawClient client = server.connect()) {
                for (int i = 0; i < 3; i++) {
                    RawClient.Answer answer = client.get("/").answer();
                    assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
                    assertThat(answer.body()).isEqualTo("hello world");
                }
            }
            try (RawClient client = server.connect()) {
                RawClient.Answer answer = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .answer();
                assertThat(answer.headers()).doesNotContainKey("Transfer-Encoding");
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(answer.body()).isEqualTo("hello world");
            }
        }
    }

    @Test
    void flushSendsWhatIsThere() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        Http handler = Http.blocking(request -> Response.stream("text/plain", out -> {
            out.write("first".getBytes(UTF_8));
            out.flush();
            read.await();
            out.write("second".getBytes(UTF_8));
        }));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.get("/");
            for (String line = client.line(); !line.isEmpty(); line = client.line()) {
                assertThat(line).isNotEqualTo("Connection: close");
            }
            assertThat(client.chunk()).isEqualTo("first");
            read.countDown();
            assertThat(client.chunk()).isEqualTo("second");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void writerWaitsForASlowClient() throws Exception {
        AtomicLong written = new AtomicLong();
        Http handler = Http.blocking(request -> Response.stream("x/y", out -> {
            byte[] piece = new byte[8 * 1024];
            for (int i = 0; i < LARGE / piece.length; i++) {
                out.write(piece);
                written.addAndGet(piece.length);
            }
        }));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.get("/");
            long stoppedAt = TestServer.awaitStandstill(written);
            assertThat(stoppedAt).as("bytes before the client reads").isLessThan(LARGE / 2);
            assertThat(client.answer().body()).hasSize(LARGE);
        }
    }

    @Test
    void publisherIsAskedForMoreAsTheClientReads() throws Exception {
        AtomicLong published = new AtomicLong();
        Http handler = Http.handler(request -> Response.publisher("x/y", new Pieces(LARGE / 8192, published)));
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.get("/");
            long stoppedAt = TestServer.awaitStandstill(published);
            assertThat(stoppedAt).as("bytes before the client reads").isLessThan(LARGE / 2);
            assertThat(client.answer().body()).hasSize(LARGE);
            assertThat(client.get("/").answer().body())
                    .as("the connection stays")
                    .hasSize(LARGE);
        }
    }

    @Test
    void unreadBytesOfABlockingHandlersBodyHoldTheClientBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Http handler = Http.blocking(request -> {
                    go.await();
                    return Response.text("" + count(request.body().stream()));
                })
                .maxBody(LARGE);
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendLarge(client, sent));
            assertThat(TestServer.awaitStandstill(sent))
                    .as("bytes before the handler reads")
                    .isLessThan(LARGE / 2);
            go.countDown();
            assertThat(client.answer().body()).isEqualTo("" + LARGE);
            sending.get(10, TimeUnit.SECONDS);
            assertThat(client.get("/").answer().body())
                    .as("the connection stays")
                    .isEqualTo("0");
        }
    }

    @Test
    void demandOfAStreamingHandlerHoldsTheClientBack() throws Exception {
        CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        CompletableFuture<Response> response = new CompletableFuture<>();
        AtomicInteger elements = new AtomicInteger();
        Http handler = Http.streaming(request -> {
                    request.body().publisher().subscribe(new Collecting(subscription, response, elements));
                    return Response.later(response);
                })
                .maxBody(LARGE);
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendLarge(client, sent));
            assertThat(TestServer.awaitStandstill(sent))
                    .as("bytes before there is demand")
                    .isLessThan(LARGE / 2);
            assertThat(elements).hasValue(0);
            subscription.get(10, TimeUnit.SECONDS).request(3);
            await().until(() -> elements.get() == 3);
            TestServer.awaitStandstill(sent);
            assertThat(elements).as("not more than was asked for").hasValue(3);
            subscription.get().request(Long.MAX_VALUE);
            assertThat(client.answer().body()).isEqualTo("" + LARGE);
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void bodyCanBeSentBackWhileItComes() throws Exception {
        Http handler = Http.streaming(
                        request -> Response.publisher("x/y", request.body().publisher()))
                .maxBody(LARGE);
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendLarge(client, sent));
            assertThat(client.answer().body()).hasSize(LARGE);
            sending.get(10, TimeUnit.SECONDS);
            client.send(post("again"));
            assertThat(client.answer().body()).as("the connection stays").isEqualTo("again");
        }
    }

    @Test
    void blockingHandlerReadsAndWritesAtTheSameTime() throws Exception {
        Http handler = Http.blocking(request ->
                        Response.stream("x/y", out -> request.body().stream().transferTo(out)))
                .maxBody(LARGE);
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendLarge(client, new AtomicLong()));
            assertThat(client.answer().body()).hasSize(LARGE);
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void expectationIsMetBeforeTheBodyIsSent() throws Exception {
        Http whole = Http.handler(request -> Response.text(request.body().text()));
        Http blocking = Http.blocking(request -> Response.text(request.body().text()));
        Http streaming = Http.streaming(
                request -> Response.publisher("x/y", request.body().publisher()));
        for (Http handler : new Http[] {whole, blocking, streaming}) {
            try (TestServer server = TestServer.serving(handler);
                    RawClient client = server.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
                assertThat(client.line()).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(client.line()).isEmpty();
                client.send("hello");
                assertThat(client.answer().body()).isEqualTo("hello");
                assertThat(client.get("/").answer().body()).isEmpty();
            }
        }
    }

    @Test
    void refusedExpectationIsAnsweredWithoutLeave() throws Exception {
        Http handler = Http.blocking(request -> Response.status(401)).maxBody(10);
        try (TestServer server = TestServer.serving(handler)) {
            for (int[] lengthAndStatus : new int[][] {{5, 401}, {11, 413}}) {
                try (RawClient client = server.connect()) {
                    client.send("POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: "
                            + lengthAndStatus[0] + "\r\n\r\n");
                    RawClient.Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(lengthAndStatus[1]);
                    assertThat(answer.header("Connection")).isEqualTo("close");
                    assertThat(client.isEnded()).isTrue();
                }
            }
        }
    }

    /** Longer than an int counts: as one array it cannot be, but piece by piece. */
    @Test
    void bodyOfMoreThanTwoGigabytesIsReadInPiecesAndRefusedAsAWhole() throws Exception {
        String head = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000000\r\n\r\nfirst";
        Http.Handler firstBytes =
                request -> Response.text(new String(request.body().stream().readNBytes(5), UTF_8));
        try (TestServer whole = TestServer.serving(Http.handler(firstBytes).maxBody(4_000_000_000L));
                TestServer pieces = TestServer.serving(Http.blocking(firstBytes).maxBody(4_000_000_000L));
                RawClient refused = whole.connect();
                RawClient read = pieces.connect()) {
            RawClient.Answer refusal = refused.send(head).answer();
            assertThat(refusal.status()).isEqualTo(413);
            assertThat(refusal.body()).contains("2147483639 bytes");
            assertThat(read.send(head).answer().body()).isEqualTo("first");
        }
    }

    @Test
    void responseThatResetsAFormHasNoContent() throws Exception {
        Http handler = Http.handler(request -> switch (request.path()) {
            case "/text" -> Response.text("x").withStatus(205);
            case "/stream" ->
                Response.stream("text/plain", out -> out.write('x')).withStatus(205);
            default -> Response.later(CompletableFuture.completedFuture(Response.status(205)));
        });
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            for (String path : new String[] {"/text", "/stream", "/later"}) {
                RawClient.Answer answer = client.get(path).answer();
                assertThat(answer.status()).as(path).isEqualTo(205);
                assertThat(answer.header("Content-Length")).as(path).isEqualTo("0");
            }
        }
    }

    @Test
    void bodiesAreReadAsTheirHandlersKindAllows() throws Exception {
        CompletableFuture<Body> blocking = new CompletableFuture<>();
        CompletableFuture<Body> streaming = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(Http.blocking(request -> {
                    blocking.complete(request.body());
                    request.body().bytes();
                    return Response.status(200);
                }));
                RawClient client = server.connect()) {
            assertThat(client.send(post("x")).answer().status()).isEqualTo(200);
            assertThatThrownBy(() -> blocking.get().publisher()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> blocking.get().bytes()).isInstanceOf(IllegalStateException.class);
        }
        try (TestServer server = TestServer.serving(Http.streaming(request -> {
                    streaming.complete(request.body());
                    return Response.status(200);
                }));
                RawClient client = server.connect()) {
            assertThat(client.send(post("x")).answer().status()).isEqualTo(200);
            assertThatThrownBy(() -> streaming.get().bytes()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> streaming.get().stream()).isInstanceOf(IllegalStateException.class);
        }
    }

    private static String post(String body) {
        return "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static Response fail(Request request) throws Exception {
        return switch (request.path()) {
            case "/throw" -> throw new IOException("thrown by the test");
            case "/element" -> Response.publisher("x/y", HttpBodyTest::publishNothing);
            case "/error" -> throw new AssertionError("thrown by the test");
            case "/later" -> Response.later(CompletableFuture.failedFuture(new IOException("failed by the test")));
            case "/later-null" -> Response.later(CompletableFuture.completedFuture(nothing()));
            case "/later-subscribe" -> Response.later(CompletableFuture.completedFuture(refusing()));
            case "/no-later" -> Response.later(noStage());
            case "/publisher" -> Response.publisher("x/y", failedPublisher());
            case "/subscribe" -> refusing();
            case "/subscribe-late" ->
                Response.publisher("x/y", subscriber -> {
                    new Pieces(1, new AtomicLong()).subscribe(subscriber);
                    throw new IllegalStateException("thrown by the test");
                });
            case "/writer" ->
                Response.stream("x/y", out -> {
                    out.write(1);
                    throw new IOException("thrown by the test");
                });
            default -> nothing();
        };
    }

    @SuppressWarnings("NullAway") // What a handler written without nullness checks may do.
    private static Response nothing() {
        return null;
    }

    @SuppressWarnings("NullAway") // As above.
    private static CompletionStage<Response> noStage() {
        return null;
    }

    @SuppressWarnings("NullAway") // As above.
    private static void publishNothing(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                subscriber.onNext(null);
            }

            @Override
            public void cancel() {}
        });
    }

    private static Response refusing() {
        return Response.publisher("x/y", subscriber -> {
            throw new IllegalStateException("thrown by the test");
        });
    }

    private static Flow.Publisher<ByteBuffer> failedPublisher() {
        SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>();
        publisher.closeExceptionally(new IOException("failed by the test"));
        return publisher;
    }

    private static Flow.Publisher<ByteBuffer> begunAndNeverEnded() {
        SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>();
        return subscriber -> {
            publisher.subscribe(subscriber);
            publisher.submit(UTF_8.encode("begun"));
        };
    }

    private static void sendLarge(RawClient client, AtomicLong sent) {
        try {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: " + LARGE + "\r\n\r\n");
            byte[] piece = new byte[8 * 1024];
            for (int i = 0; i < LARGE / piece.length; i++) {
                client.send(piece);
                sent.addAndGet(piece.length);
            }
        } catch (SocketTimeoutException e) {
            throw new IllegalStateException("the server reads no more", e);
        } catch (IOException e) {
            throw new IllegalStateException("cannot send", e);
        }
    }

    private static long count(InputStream in) throws IOException {
        long count = 0;
        byte[] piece = new byte[10_000];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            count += n;
        }
        return count;
    }

    /** Publishes that many pieces of 8 KiB as they are asked for, on the asking thread. */
    private record Pieces(int pieces, AtomicLong published) implements Flow.Publisher<ByteBuffer> {
        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                private int left = pieces;

                @Override
                public void request(long count) {
                    for (long i = 0; i < count && left > 0; i++) {
                        left--;
                        published.addAndGet(8 * 1024);
                        subscriber.onNext(ByteBuffer.allocate(8 * 1024));
                    }
                    if (left == 0) {
                        left = -1;
                        subscriber.onComplete();
                    }
                }

                @Override
                public void cancel() {
                    left = -1;
                }
            });
        }
    }

    /** Asks for all and throws at one signal. */
    static final class Throwing implements Flow.Subscriber<ByteBuffer> {
        static final String[] SIGNALS = {"/onSubscribe", "/onNext", "/onComplete"};

        private final String at;

        Throwing(String at) {
            this.at = at;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            begun.request(Long.MAX_VALUE);
            on("/onSubscribe");
        }

        @Override
        public void onNext(ByteBuffer piece) {
            on("/onNext");
        }

        @Override
        public void onError(Throwable failure) {
            on("/onError");
        }

        @Override
        public void onComplete() {
            on("/onComplete");
        }

        private void on(String signal) {
            if (signal.equals(at)) {
                throw new IllegalStateException("thrown by the test");
            }
        }
    }

    private static final class Collecting implements Flow.Subscriber<ByteBuffer> {
        private final CompletableFuture<Flow.Subscription> subscription;
        private final CompletableFuture<Response> response;
        private final AtomicInteger elements;
        private long bytes;

        Collecting(
                CompletableFuture<Flow.Subscription> subscription,
                CompletableFuture<Response> response,
                AtomicInteger elements) {
            this.subscription = subscription;
            this.response = response;
            this.elements = elements;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription.complete(begun);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            bytes += piece.remaining();
            elements.incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {
            response.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            response.complete(Response.text("" + bytes));
        }
    }
}
