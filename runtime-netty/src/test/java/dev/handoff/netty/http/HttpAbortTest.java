package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes before its response is whole is missed, whatever waits for it. */
class HttpAbortTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Tls TLS = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());

    private final CompletableFuture<Void> aborted = new CompletableFuture<>();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
    private final CompletableFuture<Response> later = new CompletableFuture<>();
    private final CountDownLatch release = new CountDownLatch(1);

    /** How a client goes. */
    private enum Going {
        RESETS {
            @Override
            void go(RawClient client) throws IOException {
                client.reset();
            }
        },
        CLOSES {
            @Override
            void go(RawClient client) throws IOException {
                client.hangUp();
            }
        },
        ENDS_ITS_DIRECTION_THEN_RESETS {
            @Override
            void go(RawClient client) throws IOException {
                client.endOutput();
                client.reset();
            }
        };

        abstract void go(RawClient client) throws IOException;
    }

    /** What a client has sent beside its request, and is not read yet. */
    private enum Behind {
        NOTHING("GET / HTTP/1.1\r\nHost: t\r\n\r\n", 0),
        ANOTHER_REQUEST("GET / HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n", 0),
        A_BODY("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n", 3_000_000);

        private final String request;
        private final int body;

        Behind(String request, int body) {
            this.request = request;
            this.body = body;
        }

        void send(RawClient client) throws IOException {
            client.send(request);
            if (body > 0) {
                client.socket().setSendBufferSize(16 * 1024);
                client.send(new byte[100_000]);
            }
        }
    }

    @AfterEach
    void release() {
        release.countDown();
    }

    private Request noting(Request request) {
        request.onAbort(() -> aborted.complete(null));
        return request;
    }

    private Http laterWithoutItsBody() {
        return Http.streaming(request -> {
                    noting(request);
                    return Response.later(later);
                })
                .maxBody(Long.MAX_VALUE);
    }

    static List<Arguments> goingFromBehind() {
        List<Arguments> all = new ArrayList<>();
        for (Going going : Going.values()) {
            for (Behind behind : Behind.values()) {
                all.add(Arguments.of(going, behind, false));
            }
            all.add(Arguments.of(going, Behind.NOTHING, true));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("goingFromBehind")
    void answersThatComeLaterAreTold(Going going, Behind behind, boolean tls) throws Exception {
        Http http = laterWithoutItsBody().halfClosed(SHORT);
        try (TestServer server = TestServer.serving(tls ? TLS.wrap(http) : http)) {
            RawClient client = connect(server, tls);
            behind.send(client);
            await().until(() -> server.requestsStarted() == 1);
            going.go(client);
            await().until(aborted::isDone);
            server.awaitNoConnections();
        }
    }

    /** What nothing is sent to is taken for gone after a long time only; so a reset has been seen by itself. */
    @ParameterizedTest
    @EnumSource(Behind.class)
    void resetBehindTheEndOfADirectionIsSeen(Behind behind) throws Exception {
        try (TestServer server = TestServer.serving(laterWithoutItsBody().halfClosed(LONG));
                RawClient client = server.connect()) {
            behind.send(client);
            await().until(() -> server.requestsStarted() == 1);
            client.endOutput();
            server.awaitEndOfOutput(client);
            client.reset();
            await().until(aborted::isDone);
            server.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writersFailWhenTheClientAnswersWithAReset(boolean tls) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Http http = Http.handler(request -> Response.stream("text/event-stream", out -> {
                    noting(request);
                    try {
                        while (true) {
                            out.write(lines.take().getBytes(UTF_8));
                            out.flush();
                        }
                    } catch (IOException e) {
                        failed.complete(e);
                        throw e;
                    }
                }))
                .halfClosed(LONG);
        try (TestServer server = TestServer.serving(tls ? TLS.wrap(http) : http)) {
            RawClient client = connect(server, tls);
            lines.add("hello");
            client.get("/");
            awaitFirstChunk(client, "hello");
            client.hangUp();
            lines.add("the first is answered with a reset");
            await().until(aborted::isDone);
            lines.add("the next fails");
            await().until(failed::isDone);
            server.awaitNoConnections();
        }
    }

    @Test
    void writersThatWaitForSomethingElseCanBeWoken() throws Exception {
        Http http = Http.handler(request -> Response.stream("text/event-stream", out -> {
                    Thread writer = Thread.currentThread();
                    request.onAbort(writer::interrupt);
                    out.flush();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        failed.complete(e);
                        throw e;
                    }
                }))
                .halfClosed(SHORT);
        try (TestServer server = TestServer.serving(http)) {
            try (RawClient client = server.connect()) {
                assertThat(client.get("/").line()).isEqualTo("HTTP/1.1 200 OK");
            }
            await().until(failed::isDone);
            server.awaitNoConnections();
        }
    }

    @ParameterizedTest
    @EnumSource(Going.class)
    void publishersAreCancelled(Going going) throws Exception {
        Http http = Http.handler(request -> Response.publisher("text/event-stream", this::beginAndWait))
                .halfClosed(SHORT);
        try (TestServer server = TestServer.serving(http)) {
            RawClient client = server.connect().get("/");
            awaitFirstChunk(client, "begun");
            going.go(client);
            await().until(cancelled::isDone);
            server.awaitNoConnections();
        }
    }

    @Test
    void manyClientsThatHaveClosedHoldNothing() throws Exception {
        int clients = 100;
        AtomicInteger left = new AtomicInteger();
        Http http = Http.handler(request -> {
                    request.onAbort(left::incrementAndGet);
                    return Response.publisher("text/event-stream", this::beginAndWait);
                })
                .halfClosed(SHORT);
        try (TestServer server = TestServer.serving(http)) {
            for (int i = 0; i < clients; i++) {
                try (RawClient client = server.connect()) {
                    awaitFirstChunk(client.get("/"), "begun");
                }
            }
            server.awaitNoConnections();
            await().until(() -> left.get() == clients);
        }
    }

    @ParameterizedTest
    @EnumSource(Going.class)
    void blockingHandlersAreTold(Going going) throws Exception {
        CompletableFuture<Boolean> asked = new CompletableFuture<>();
        Http http = Http.blocking(request -> {
                    noting(request);
                    release.await();
                    asked.complete(request.isAborted());
                    return Response.text("for nobody");
                })
                .halfClosed(SHORT);
        try (TestServer server = TestServer.serving(http)) {
            RawClient client = server.connect().get("/");
            await().until(() -> server.requestsStarted() == 1);
            going.go(client);
            await().until(aborted::isDone);
            release.countDown();
            await().until(asked::isDone);
            assertThat(asked).isCompletedWithValue(true);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientsOfHttp2AreMissedToo(boolean wholeConnection) throws Exception {
        Http http = Http.handler(request -> {
            noting(request);
            return Response.publisher("text/event-stream", this::beginAndWait);
        });
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/").flush();
            client.awaitStatus(1, 200);
            if (wholeConnection) {
                client.stream(1).hangUp();
            } else {
                client.reset(1).flush();
            }
            await().until(() -> aborted.isDone() && cancelled.isDone());
        }
    }

    @Test
    void clientThatHasEndedItsDirectionIsAnsweredWithinTheLimit() throws Exception {
        try (TestServer server = TestServer.serving(laterWithoutItsBody());
                RawClient client = server.connect()) {
            client.get("/");
            await().until(() -> server.requestsStarted() == 1);
            client.endOutput();
            server.awaitEndOfOutput(client);
            later.complete(Response.text("still here"));
            assertThat(client.answer().body()).isEqualTo("still here");
            assertThat(client.isEnded()).isTrue();
            assertThat(aborted).isNotDone();
        }
    }

    /** One that gets nothing is cut meanwhile. */
    @Test
    void clientThatHasEndedItsDirectionIsServedAsLongAsSomethingIsSent() throws Exception {
        SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>();
        Http http = Http.handler(request ->
                        request.path().equals("/silent") ? Response.later(later) : Response.publisher("x/y", publisher))
                .halfClosed(SHORT);
        try (TestServer server = TestServer.serving(http);
                RawClient served = server.connect();
                RawClient silent = server.connect()) {
            served.get("/").endOutput();
            silent.get("/silent").endOutput();
            await().until(publisher::hasSubscribers);
            publisher.submit(ByteBuffer.wrap("piece".getBytes(UTF_8)));
            awaitFirstChunk(served, "piece");
            await().until(() -> {
                publisher.submit(ByteBuffer.wrap("piece".getBytes(UTF_8)));
                assertThat(served.chunk()).isEqualTo("piece");
                return !server.hasConnectionOf(silent);
            });
        }
    }

    @Test
    void listenersAreCalledInTheirOrderAndOneThatThrowsCostsNoOther() throws Exception {
        List<Integer> called = new ArrayList<>();
        Http http = Http.handler(request -> {
            request.onAbort(() -> called.add(1));
            request.onAbort(() -> {
                throw new IllegalStateException("thrown by the test");
            });
            request.onAbort(() -> called.add(3));
            request.onAbort(() -> {
                request.onAbort(() -> called.add(4));
                aborted.complete(null);
            });
            return Response.later(later);
        });
        try (TestServer server = TestServer.serving(http)) {
            RawClient client = server.connect().get("/");
            await().until(() -> server.requestsStarted() == 1);
            client.reset();
            await().until(aborted::isDone);
            server.awaitNoConnections();
            assertThat(called).containsExactly(1, 3, 4);
        }
    }

    @Test
    void requestThatWasAnsweredIsNeverAborted() throws Exception {
        CompletableFuture<Request> seen = new CompletableFuture<>();
        Http http = Http.handler(request -> {
            seen.complete(noting(request));
            return Response.text("hello");
        });
        try (TestServer server = TestServer.serving(http)) {
            RawClient client = server.connect();
            assertThat(client.get("/").answer().body()).isEqualTo("hello");
            client.reset();
            server.awaitNoConnections();
            assertThat(aborted).isNotDone();
            assertThat(seen.join().isAborted()).isFalse();
        }
    }

    @Test
    void limitIsMoreThanNothing() {
        Http http = Http.handler(request -> Response.status(200));
        assertThatThrownBy(() -> http.halfClosed(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RawClient connect(TestServer server, boolean tls) throws Exception {
        if (!tls) {
            return server.connect();
        }
        SSLSocket socket = (SSLSocket)
                TestCertificate.SERVER.trustedBy(null).getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.startHandshake();
        return new RawClient(socket);
    }

    private static void awaitFirstChunk(RawClient client, String chunk) throws IOException {
        assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
        for (String line = client.line(); !line.isEmpty(); line = client.line()) {
            assertThat(line).contains(": ");
        }
        assertThat(client.chunk()).isEqualTo(chunk);
    }

    /** Publishes one piece, and no more. */
    private void beginAndWait(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            private boolean begun;

            @Override
            public void request(long count) {
                if (!begun) {
                    begun = true;
                    subscriber.onNext(ByteBuffer.wrap("begun".getBytes(UTF_8)));
                }
            }

            @Override
            public void cancel() {
                cancelled.complete(null);
            }
        });
    }
}
