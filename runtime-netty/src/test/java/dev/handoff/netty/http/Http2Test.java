package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.worker.TestServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/2 as clients speak it, without TLS. */
class Http2Test {
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int STREAM_CLOSED = 5;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int WINDOW = 65_535;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(400);

    private static final Http ECHO = Http.handler(request -> Response.text(request.version() + " " + request.method()
                    + " "
                    + request.path() + " " + request.headers().get("Host").orElse("") + " "
                    + request.headers().get("Cookie").orElse("") + " "
                    + request.body().text())
            .header("X-Answer", "yes"));

    // --- a request and its response -------------------------------------------------------------------------------

    @Test
    void requestsAreServedAsThoseOfHttp1Are() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/one").request(3, false, "POST", "/two", "cookie", "a=1", "cookie", "b=2");
            client.data(3, false, "a bo").data(3, true, "dy");
            assertThat(client.answer(1).body()).isEqualTo("HTTP/2 GET /one test  ");
            assertThat(client.answer(1).header("content-length"))
                    .isEqualTo(Integer.toString(client.answer(1).length()));
            assertThat(client.answer(1).header("x-answer")).isEqualTo("yes");
            assertThat(client.answer(1).header("date")).endsWith("GMT");
            assertThat(client.answer(3).body()).isEqualTo("HTTP/2 POST /two test a=1; b=2 a body");
            assertThat(server.requestsStarted()).isEqualTo(2);
        }
    }

    @Test
    void prefaceMayComeByteByByteAndHttp1IsServedOnTheSamePort() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient old = server.connect();
                RawHttp2 client = RawHttp2.silent(server.port())) {
            for (byte one : RawHttp2.PREFACE.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                client.bytes(new byte[] {one}).flush();
            }
            client.settings().get(1, "/");
            assertThat(client.answer(1).body()).startsWith("HTTP/2 GET /");
            assertThat(old.send("POST /p HTTP/1.1\r\nHost: old\r\nContent-Length: 0\r\n\r\n")
                            .answer()
                            .body())
                    .startsWith("HTTP/1.1 POST /p old");
        }
    }

    @Test
    void prefaceIsNoRequestWhereHttp2IsSwitchedOff() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.http2(false));
                RawClient client = server.connect()) {
            assertThat(client.send(RawHttp2.PREFACE).answer().status()).isEqualTo(400);
        }
    }

    @Test
    void answersNeedNotComeInTheOrderOfTheRequests() throws Exception {
        CompletableFuture<Response> first = new CompletableFuture<>();
        Http http = Http.handler(request -> {
            if (request.path().equals("/first")) {
                return Response.later(first);
            }
            first.complete(Response.text("first"));
            return Response.text("second");
        });
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/first").get(3, "/second");
            assertThat(client.answer(3).body()).isEqualTo("second");
            assertThat(client.answer(1).body()).isEqualTo("first");
        }
    }

    @Test
    void bodyThatIsWrittenAsItGoesEndsWithItsStream() throws Exception {
        Http http = Http.blocking(request -> Response.stream("text/plain", out -> {
            out.write(request.body().bytes());
            out.flush();
            out.write("!".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }));
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/").data(1, true, "hello");
            assertThat(client.answer(1).body()).isEqualTo("hello!");
        }
    }

    @Test
    void responseThatBreaksOffResetsItsStreamAndNoOther() throws Exception {
        Http http = Http.blocking(request -> Response.stream("text/plain", out -> {
            out.write(new byte[10]);
            out.flush();
            if (request.path().equals("/broken")) {
                throw new IllegalStateException("on purpose");
            }
        }));
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/broken").get(3, "/whole");
            assertThat(client.answer(1).error()).isEqualTo(INTERNAL_ERROR);
            assertThat(client.answer(3).length()).isEqualTo(10);
        }
    }

    @Test
    void failureOfOursResetsItsStreamAndLeavesTheConnection() throws Exception {
        ExecutorService threadless = Executors.newSingleThreadExecutor(task -> {
            throw new IllegalStateException("on purpose");
        });
        try (TestServer server = TestServer.serving(Http.blocking(request -> Response.text("never")), threadless);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/").get(3, "/");
            assertThat(client.answer(1).error()).isEqualTo(INTERNAL_ERROR);
            assertThat(client.answer(3).error()).isEqualTo(INTERNAL_ERROR);
            server.awaitNoRequests();
            assertThat(server.openConnections()).isEqualTo(1);
        }
    }

    @Test
    void failingSubscribersOfABodyAnswer500() throws Exception {
        Http http = Http.streaming(request -> {
            request.body().publisher().subscribe(new HttpBodyTest.Throwing(request.path()));
            return Response.later(new CompletableFuture<>());
        });
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            int stream = 1;
            for (String at : HttpBodyTest.Throwing.SIGNALS) {
                client.request(stream, false, "POST", at).data(stream, true, "hello");
                assertThat(client.answer(stream).status()).as(at).isEqualTo(500);
                stream += 2;
            }
        }
    }

    @Test
    void clientThatExpectsToBeToldToContinueIsTold() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/", "expect", "100-continue", "content-length", "2")
                    .flush();
            client.awaitStatus(1, 100);
            client.data(1, true, "ok");
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.answer(1).body()).endsWith("ok");
        }
    }

    // --- what is refused ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        ":path| |:method|GET|:scheme|http|:authority|a",
        ":method|GET|:scheme|http|:authority|a",
        ":path|/|:scheme|http|:authority|a",
        ":path|/|:method|GET|:authority|a",
        ":path|/|:method|GET|:scheme|http",
        ":path|/|:path|/x|:method|GET|:scheme|http|:authority|a",
        ":path|/|:method|GET|:scheme|http|:authority|a|host|b",
        ":path|/|:method|G T|:scheme|http|:authority|a",
        ":path|/|:method|GET|:scheme|http|:authority|a b",
        ":path|/|:method|GET|:scheme|http|:authority|a|:status|200",
        ":path|/|:method|GET|:scheme|http|:authority|a|x|y|:path|/",
        ":path|/|:method|GET|:scheme|http|:authority|a|connection|close",
        ":path|/|:method|GET|:scheme|http|:authority|a|keep-alive|1",
        ":path|/|:method|GET|:scheme|http|:authority|a|upgrade|h2c",
        ":path|/|:method|GET|:scheme|http|:authority|a|transfer-encoding|chunked",
        ":path|/|:method|GET|:scheme|http|:authority|a|proxy-connection|close",
        ":path|/|:method|GET|:scheme|http|:authority|a|te|gzip",
        ":path|/|:method|GET|:scheme|http|:authority|a|Upper|case",
        ":path|/|:method|GET|:scheme|http|:authority|a|content-length|x",
        ":path|/|:method|GET|:scheme|http|:authority|a|content-length|1|content-length|2",
        ":path|/|:method|GET|:scheme|http|:authority|a|content-length|5",
    })
    void requestThatIsMalformedHasItsStreamReset(String fields) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.headers(1, true, fields.strip().split("\\|")).get(3, "/next");
            assertThat(client.answer(1).error()).isEqualTo(PROTOCOL_ERROR);
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"/%zz, GET, 400", "http://other/, GET, 400", "*, GET, 400", "a:1, CONNECT, 501", "/, GET, 417"})
    void requestThatCannotBeAnsweredGetsItsStatus(String path, String method, int status) throws Exception {
        String[] more = status == 417 ? new String[] {"expect", "wonders"} : new String[0];
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, true, method, path, more);
            assertThat(client.answer(1).status()).isEqualTo(status);
        }
    }

    @Test
    void bodyHasToBeAsLongAsWasSaid() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/", "content-length", "5").data(1, true, "four");
            client.request(3, false, "POST", "/", "content-length", "3").data(3, true, "four");
            assertThat(client.answer(1).error()).isEqualTo(PROTOCOL_ERROR);
            assertThat(client.answer(3).error()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void limitsOfHeadAndBodyAreThoseOfHttp1() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.maxBody(10).maxHead(1000, 1000));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/", "content-length", "11");
            assertThat(client.answer(1).status()).isEqualTo(413);
            client.request(3, false, "POST", "/").data(3, false, "0123456789").data(3, false, "0");
            assertThat(client.answer(3).status()).isEqualTo(413);
            client.get(5, "/" + "x".repeat(1000));
            assertThat(client.answer(5).status()).isEqualTo(414);
            client.request(7, true, "GET", "/", "x", "y".repeat(2000));
            assertThat(client.answer(7).status()).isEqualTo(431);
            client.get(9, "/");
            assertThat(client.answer(9).status()).isEqualTo(200);
        }
    }

    @Test
    void streamsAboveTheLimitAreRefusedAlsoToAClientThatHasNotSeenIt() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(
                        Http.handler(request -> Response.later(later)).maxConcurrentStreams(2));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/").get(3, "/").get(5, "/");
            assertThat(client.answer(5).error()).isEqualTo(REFUSED_STREAM);
            later.complete(Response.text("now"));
            assertThat(client.answer(1).body()).isEqualTo("now");
            assertThat(client.answer(3).body()).isEqualTo("now");
            client.get(7, "/");
            assertThat(client.answer(7).body()).isEqualTo("now");
        }
    }

    @Test
    void streamThatHasEndedTakesNoSecondRequest() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/one").get(1, "/two");
            assertThat(client.answer(1).error()).isEqualTo(STREAM_CLOSED);
        }
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(5, "/one");
            assertThat(client.answer(5).status()).isEqualTo(200);
            client.get(5, "/two");
            assertThat(client.awaitEnd()).isEqualTo(STREAM_CLOSED);
        }
    }

    @Test
    void whatWasOnItsWayToAStreamThatWeHaveResetIsNoMistake() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.maxBody(1));
                RawHttp2 client = RawHttp2.to(server.port())) {
            for (int stream = 1; stream < 2 * Http2Limits.RESETS; stream += 4) {
                client.request(stream, false, "POST", "/").data(stream, false, "large");
                assertThat(client.answer(stream).status()).isEqualTo(413);
                client.awaitReset(stream);
                for (int i = 0; i < 5; i++) {
                    client.data(stream, false, "more");
                }
            }
            client.get(1001, "/");
            assertThat(client.answer(1001).status()).isEqualTo(200);
        }
    }

    // --- who goes at whose pace -----------------------------------------------------------------------------------

    @Test
    void bodyThatNobodyReadsKeepsItsWindowShutAndNoOther() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        Http http = Http.blocking(request -> {
            if (request.path().equals("/unread")) {
                read.await();
            }
            return Response.text("" + request.body().bytes().length);
        });
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/unread");
            sendWindow(client, 1);
            client.request(3, false, "POST", "/read").data(3, true, "x".repeat(1000));
            assertThat(client.answer(3).body()).isEqualTo("1000");
            read.countDown();
            int opened = 0;
            while (opened == 0) {
                RawHttp2.Frame update = client.await(RawHttp2.WINDOW_UPDATE);
                opened = update.stream() == 1 ? update.number(0) : 0;
            }
            client.data(1, true, "!");
            assertThat(client.answer(1).body()).isEqualTo("" + (WINDOW + 1));
        }
    }

    private static void sendWindow(RawHttp2 client, int stream) throws Exception {
        for (int left = WINDOW; left > 0; left -= Math.min(left, 16_384)) {
            client.data(stream, false, "x".repeat(Math.min(left, 16_384)));
        }
        client.flush();
    }

    @Test
    void clientThatTakesNoResponseHoldsOnlyItsStreamAndLosesThatAfterAWhile() throws Exception {
        Http http = Http.handler(request -> Response.text("x".repeat(100))).timeouts(LONG, LONG, SHORT, LONG);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 10)) {
            client.get(1, "/").get(3, "/").window(3, 1000);
            assertThat(client.answer(3).length()).isEqualTo(100);
            assertThat(client.answer(1).error()).isEqualTo(CANCEL);
            assertThat(client.soFar(1).length()).isEqualTo(10);
            await().until(() -> server.requestsFinished() == 2);
        }
    }

    @Test
    void bodyThatStopsComingIsAnsweredWith408() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.timeouts(LONG, LONG, SHORT, LONG));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.request(1, false, "POST", "/").data(1, false, "half");
            assertThat(client.answer(1).status()).isEqualTo(408);
        }
    }

    @Test
    void headThatStopsComingEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.timeouts(LONG, SHORT, LONG, LONG));
                RawHttp2 open = RawHttp2.to(server.port());
                RawHttp2 cutOff = RawHttp2.to(server.port())) {
            open.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, RawHttp2.block(":method", "GET"));
            cutOff.header(100, RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1).bytes(new byte[10]);
            assertThat(open.awaitEnd()).isEqualTo(11);
            assertThat(cutOff.awaitEnd()).isEqualTo(11);
        }
    }

    @Test
    void connectionWithoutStreamsEndsAfterAWhile() throws Exception {
        try (TestServer server = TestServer.serving(ECHO.timeouts(LONG, LONG, LONG, SHORT));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/");
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    // --- the worker leaves ----------------------------------------------------------------------------------------

    @Test
    void leavingIsAnnouncedTwiceAndNoStreamIsLost() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        Http http =
                Http.handler(request -> request.path().equals("/later") ? Response.later(later) : Response.text("now"));
        try (TestServer server = TestServer.serving(http, Map.of(Setting.DRAIN_IDLE_MIN, Duration.ZERO));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/now");
            assertThat(client.answer(1).body()).isEqualTo("now");
            client.get(3, "/later").flush();
            server.leave();
            RawHttp2.Frame first = client.await(RawHttp2.GOAWAY);
            assertThat(first.number(0)).isEqualTo(Integer.MAX_VALUE);
            assertThat(first.number(4)).isEqualTo(NO_ERROR);
            RawHttp2.Frame ping = client.await(RawHttp2.PING);
            client.get(5, "/now")
                    .frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload().array());
            assertThat(client.answer(5).body()).isEqualTo("now");
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(5);
            client.get(7, "/now");
            assertThat(client.answer(7).error()).isEqualTo(REFUSED_STREAM);
            later.complete(Response.text("late"));
            assertThat(client.answer(3).body()).isEqualTo("late");
            client.awaitEnd();
            server.awaitNoConnections();
            assertThat(server.requestsStarted()).isEqualTo(3);
        }
    }

    @Test
    void clientThatAnswersNoPingIsAnnouncedTheLastStreamAllTheSame() throws Exception {
        try (TestServer server = TestServer.serving(ECHO, Map.of(Setting.DRAIN_IDLE_MIN, Duration.ZERO));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/");
            assertThat(client.answer(1).status()).isEqualTo(200);
            server.leave();
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(Integer.MAX_VALUE);
            assertThat(client.await(RawHttp2.GOAWAY).number(0)).isEqualTo(1);
            client.awaitEnd();
        }
    }

    @Test
    void idleConnectionLivesForAMomentAfterTheAnnouncement() throws Exception {
        try (TestServer server = TestServer.serving(ECHO, Map.of(Setting.DRAIN_IDLE_MIN, Duration.ofHours(1)));
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.get(1, "/");
            assertThat(client.answer(1).status()).isEqualTo(200);
            server.leave();
            client.await(RawHttp2.GOAWAY);
            RawHttp2.Frame ping = client.await(RawHttp2.PING);
            client.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload().array());
            client.await(RawHttp2.GOAWAY);
            client.get(3, "/");
            assertThat(client.answer(3).error()).isEqualTo(REFUSED_STREAM);
        }
    }
}
