package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Every wait for a client ends. The limits here are short; the one under test is the only one that can end it. */
class HttpTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Http HELLO = Http.handler(request -> Response.text("hello"));

    @Test
    void silentConnectionIsClosed() throws Exception {
        try (TestServer server = TestServer.serving(HELLO.timeouts(SHORT, LONG, LONG, LONG));
                RawClient client = server.connect()) {
            assertThat(client.isEnded()).isTrue();
            client.hangUp();
            server.awaitNoConnections();
        }
    }

    @Test
    void timesThatNeverEndCanBeSaid() throws Exception {
        for (Duration never : List.of(ChronoUnit.FOREVER.getDuration(), Duration.ofSeconds(Long.MAX_VALUE))) {
            Http http = HELLO.timeouts(never, never, never, never)
                    .answerWithin(never)
                    .halfClosed(never)
                    .pingEvery(never);
            try (TestServer server = TestServer.serving(http);
                    RawClient client = server.connect()) {
                assertThat(client.get("/").answer().body()).isEqualTo("hello");
                assertThat(client.get("/").answer().body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void idleConnectionIsClosedNotBeforeTheAnnouncedTime() throws Exception {
        Duration announced = Duration.ofSeconds(1);
        try (TestServer server = TestServer.serving(HELLO.timeouts(LONG, LONG, LONG, announced));
                RawClient client = server.connect()) {
            long before = System.nanoTime();
            assertThat(client.get("/").answer().header("Keep-Alive")).isEqualTo("timeout=1");
            assertThat(client.isEnded()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isGreaterThan(announced.plus(Duration.ofMillis(900)));
        }
    }

    @Test
    void headThatComesTooSlowlyIsAnswered408HoweverOftenAByteComes() throws Exception {
        try (TestServer server = TestServer.serving(HELLO.timeouts(LONG, SHORT, LONG, LONG));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n");
            await().pollInterval(SHORT.dividedBy(8)).until(() -> {
                client.send("X: y\r\n");
                return server.requestsFinished() == 1;
            });
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void bodyThatStopsIsAnswered408() throws Exception {
        try (TestServer server = TestServer.serving(HELLO.timeouts(LONG, LONG, SHORT, LONG));
                RawClient client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void bodyThatComesTooSlowlyIsAnswered408HoweverOftenAByteComes() throws Exception {
        for (Http handler : new Http[] {
            HELLO,
            Http.blocking(request -> {
                request.body().bytes();
                return Response.text("read");
            })
        }) {
            try (TestServer server = TestServer.serving(
                            handler.timeouts(LONG, LONG, SHORT, LONG).leastBodyRate(1_000_000));
                    RawClient client = server.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n");
                await().pollInterval(SHORT.dividedBy(8)).until(() -> {
                    client.send("x");
                    return server.requestsFinished() == 1;
                });
                assertThat(client.answer().status()).isEqualTo(408);
            }
        }
    }

    /* More bytes than the time that it begins with would do for. */
    @Test
    void bodyThatComesFastEnoughIsRead() throws Exception {
        Http handler = Http.handler(request -> Response.text("" + request.body().bytes().length))
                .timeouts(LONG, LONG, Duration.ofSeconds(2), LONG)
                .leastBodyRate(1000);
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 24000\r\n\r\n");
            AtomicInteger pieces = new AtomicInteger();
            await().pollInterval(SHORT.dividedBy(2)).until(() -> {
                client.send("x".repeat(2000));
                return pieces.incrementAndGet() == 12;
            });
            assertThat(client.answer().body()).isEqualTo("24000");
        }
    }

    @Test
    void handlerThatDoesNotAnswerIsAnsweredForAndWhatItSaysLaterIsThrownAway() throws Exception {
        CompletableFuture<Response> late = new CompletableFuture<>();
        Http handler = Http.handler(
                request -> request.path().equals("/late") ? Response.later(late) : Response.text("in time"));
        try (TestServer server = TestServer.serving(handler.answerWithin(SHORT));
                RawClient client = server.connect()) {
            assertThat(client.get("/late").answer().status()).isEqualTo(503);
            late.complete(Response.text("too late"));
            assertThat(client.get("/").answer().body()).isEqualTo("in time");
        }
    }

    /* The one in front was waited for as well: its time does not count. */
    @Test
    void eachOfSeveralRequestsHasItsTime() throws Exception {
        CompletableFuture<Response> first = new CompletableFuture<>();
        CompletableFuture<Response> second = new CompletableFuture<>();
        Http handler = Http.handler(request -> Response.later(request.path().equals("/1") ? first : second));
        try (TestServer server = TestServer.serving(handler.answerWithin(Duration.ofSeconds(2)));
                RawClient client = server.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: t\r\n\r\nGET /2 HTTP/1.1\r\nHost: t\r\n\r\n");
            await().until(() -> server.requestsStarted() == 1);
            first.complete(Response.text("1"));
            assertThat(client.answer().body()).isEqualTo("1");
            assertThat(client.answer().status()).isEqualTo(503);
        }
    }

    @Test
    void blockingHandlerThatHangsIsAnsweredFor() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Http handler = Http.blocking(request -> {
            go.await();
            return Response.text("too late");
        });
        try (TestServer server = TestServer.serving(handler, Map.of(Setting.HTTP_ANSWER, SHORT));
                RawClient client = server.connect()) {
            assertThat(client.get("/").answer().status()).isEqualTo(503);
            go.countDown();
        }
    }

    @Test
    void responseThatTakesLongIsNoHandlerThatDoesNotAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Http handler = Http.handler(request -> request.path().equals("/slow")
                ? Response.stream("text/plain", out -> {
                    out.write('x');
                    out.flush();
                    go.await();
                })
                : Response.later(new CompletableFuture<>()));
        try (TestServer server = TestServer.serving(handler.answerWithin(SHORT));
                RawClient slow = server.connect();
                RawClient witness = server.connect()) {
            slow.get("/slow");
            assertThat(witness.get("/").answer().status()).isEqualTo(503);
            go.countDown();
            assertThat(slow.answer().body()).isEqualTo("x");
        }
    }

    @Test
    void streamOfHttp2IsAnsweredForAlone() throws Exception {
        Http handler = Http.handler(request ->
                request.path().equals("/late") ? Response.later(new CompletableFuture<>()) : Response.text("in time"));
        try (TestServer server = TestServer.serving(handler.answerWithin(SHORT));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/late");
            assertThat(client.answer(1).status()).isEqualTo(503);
            client.get(3, "/");
            assertThat(client.answer(3).body()).isEqualTo("in time");
        }
    }

    @Test
    void bodyThatStopsFailsABlockingReadToo() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Http handler = Http.blocking(request -> {
            try {
                return Response.bytes("text/plain", request.body().stream().readAllBytes());
            } catch (IOException e) {
                seen.complete(e);
                throw e;
            }
        });
        try (TestServer server = TestServer.serving(handler.timeouts(LONG, LONG, SHORT, LONG));
                RawClient client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(seen.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("the body of the request took too long");
        }
    }

    @Test
    void clientThatTakesNothingOfAResponseIsCut() throws Exception {
        Http handler = Http.handler(request -> Response.bytes("x/y", new byte[64 * 1024 * 1024]));
        try (TestServer server = TestServer.serving(handler.timeouts(LONG, LONG, SHORT, LONG));
                RawClient client = server.connect()) {
            client.get("/");
            server.awaitNoConnections();
        }
    }

    @Test
    void clientThatTakesNothingOfAStreamIsCutAndItsWriterHearsOfIt() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Http handler = Http.blocking(request -> Response.stream("x/y", out -> writeForEver(out, seen)));
        try (TestServer server = TestServer.serving(handler.timeouts(LONG, LONG, SHORT, LONG));
                RawClient client = server.connect()) {
            client.get("/");
            assertThat(seen.get(20, TimeUnit.SECONDS)).hasMessage("the client has gone");
            server.awaitNoConnections();
        }
    }

    @Test
    void slowHandlerAndSlowSubscriberAreNotTheClientsFault() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        Http handler = Http.streaming(request -> {
            if (request.path().equals("/later")) {
                return Response.later(later);
            }
            CompletableFuture<Response> whole = new CompletableFuture<>();
            request.body().publisher().subscribe(new Counting(subscription, whole));
            return Response.later(whole);
        });
        try (TestServer server = TestServer.serving(handler.timeouts(SHORT, SHORT, SHORT, SHORT));
                // Nobody has long to say something.
                RawClient waiting = server.connect().get("/later");
                RawClient sending =
                        server.connect().send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello")) {
            try (RawClient silent = server.connect()) {
                assertThat(silent.isEnded()).as("a limit has passed").isTrue();
            }
            subscription.get(10, TimeUnit.SECONDS).request(Long.MAX_VALUE);
            later.complete(Response.text("late"));
            assertThat(waiting.answer().body()).isEqualTo("late");
            assertThat(sending.answer().body()).isEqualTo("5");
        }
    }

    @Test
    void whatWasSaidForTheClusterBeatsWhatTheHandlerWasGiven() throws Exception {
        try (TestServer server =
                        TestServer.serving(HELLO.timeouts(LONG, LONG, LONG, LONG), Map.of(Setting.HTTP_FIRST, SHORT));
                RawClient client = server.connect()) {
            assertThat(client.isEnded()).isTrue();
        }
        try (TestServer server = TestServer.serving(HELLO, Map.of(Setting.HTTP_HEAD, SHORT));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\n");
            assertThat(client.answer().status()).isEqualTo(408);
        }
        try (TestServer server = TestServer.serving(HELLO, Map.of(Setting.HTTP_BODY_IDLE, SHORT));
                RawClient client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(client.answer().status()).isEqualTo(408);
        }
        try (TestServer server = TestServer.serving(HELLO, Map.of(Setting.HTTP_KEEP_ALIVE, Duration.ofSeconds(7)));
                RawClient client = server.connect()) {
            assertThat(client.get("/").answer().header("Keep-Alive")).isEqualTo("timeout=7");
        }
    }

    private static void writeForEver(OutputStream out, CompletableFuture<Throwable> failure) throws IOException {
        byte[] bytes = new byte[16 * 1024];
        try {
            while (true) {
                out.write(bytes);
            }
        } catch (IOException e) {
            failure.complete(e);
            throw e;
        }
    }

    private static final class Counting implements Flow.Subscriber<ByteBuffer> {
        private final CompletableFuture<Flow.Subscription> subscription;
        private final CompletableFuture<Response> response;
        private int count;

        Counting(CompletableFuture<Flow.Subscription> subscription, CompletableFuture<Response> response) {
            this.subscription = subscription;
            this.response = response;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription.complete(begun);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            count += bytes.remaining();
        }

        @Override
        public void onError(Throwable failure) {
            response.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            response.complete(Response.text("" + count));
        }
    }
}
