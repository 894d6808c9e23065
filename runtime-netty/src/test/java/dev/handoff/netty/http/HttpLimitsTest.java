package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import dev.handoff.netty.worker.TestWorker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;

class HttpLimitsTest {
    private static final Http LENGTH =
            Http.handler(request -> Response.text("" + request.body().bytes().length));

    @Test
    void requestLineMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
        try (TestServer server = TestServer.serving(LENGTH.maxHead(100, 200))) {
            assertThat(statusOf(server, "GET /" + "x".repeat(100 - 14) + " HTTP/1.1\r\nHost: t\r\n\r\n"))
                    .isEqualTo(200);
            assertThat(statusOf(server, "GET /" + "x".repeat(100 - 13) + " HTTP/1.1\r\nHost: t\r\n\r\n"))
                    .isEqualTo(414);
            assertThat(statusOf(server, "GET /" + "x".repeat(300)))
                    .as("a line without an end")
                    .isEqualTo(414);
        }
    }

    @Test
    void headerFieldsMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
        try (TestServer server = TestServer.serving(LENGTH.maxHead(100, 200))) {
            String head = "GET / HTTP/1.1\r\nHost: t\r\nX: ";
            int used = "Host: t\r\nX: \r\n".length();
            assertThat(statusOf(server, head + "x".repeat(200 - used) + "\r\n\r\n"))
                    .isEqualTo(200);
            assertThat(statusOf(server, head + "x".repeat(201 - used) + "\r\n\r\n"))
                    .isEqualTo(431);
            assertThat(statusOf(server, head + "x".repeat(400)))
                    .as("a field without an end")
                    .isEqualTo(431);
            assertThat(statusOf(server, "GET / HTTP/1.1\r\nHost: t\r\n" + "X: y\r\n".repeat(100)))
                    .isEqualTo(431);
        }
    }

    @Test
    void usualLimitsAreEightKibibytesAndOneMebibyte() throws Exception {
        try (TestServer server = TestServer.serving(LENGTH)) {
            assertThat(statusOf(server, "GET /" + "x".repeat(8 * 1024) + " HTTP/1.1\r\nHost: t\r\n\r\n"))
                    .isEqualTo(414);
            assertThat(statusOf(server, "GET / HTTP/1.1\r\nHost: t\r\nX: " + "x".repeat(8 * 1024) + "\r\n\r\n"))
                    .isEqualTo(431);
            assertThat(statusOf(server, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1048577\r\n\r\n"))
                    .isEqualTo(413);
            assertThat(bodyOf(server, post("Content-Length: 1048576", "x".repeat(1024 * 1024))))
                    .isEqualTo("1048576");
        }
    }

    @Test
    void bodyMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
        try (TestServer server = TestServer.serving(LENGTH.maxBody(10))) {
            assertThat(bodyOf(server, post("Content-Length: 10", "0123456789"))).isEqualTo("10");
            assertThat(statusOf(server, post("Content-Length: 11", ""))).isEqualTo(413);
            assertThat(bodyOf(server, post("Transfer-Encoding: chunked", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")))
                    .isEqualTo("10");
            assertThat(statusOf(server, post("Transfer-Encoding: chunked", "5\r\n01234\r\n6\r\n")))
                    .isEqualTo(413);
        }
    }

    @Test
    void trailersAreLimitedAsHeadersAre() throws Exception {
        try (TestServer server = TestServer.serving(LENGTH.maxHead(100, 200))) {
            String body = "1\r\nx\r\n0\r\n" + "X: y\r\n".repeat(60) + "\r\n";
            assertThat(statusOf(server, post("Transfer-Encoding: chunked", body)))
                    .isEqualTo(431);
        }
    }

    @Test
    void requestIsAnsweredWith503WhenNoThreadIsLeft() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Http handler = Http.blocking(request -> {
            go.await();
            return Response.text("served");
        });
        ExecutorService narrow = TestWorker.threads(1, 1);
        try (TestServer server = TestServer.serving(handler, narrow);
                RawClient first = server.connect();
                RawClient second = server.connect();
                RawClient third = server.connect()) {
            first.get("/");
            second.get("/");
            org.awaitility.Awaitility.await().until(() -> server.requestsStarted() == 2);
            RawClient.Answer answer = third.get("/").answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
            assertThat(answer.header("Connection")).isEqualTo("keep-alive");
            go.countDown();
            assertThat(first.answer().body()).isEqualTo("served");
            assertThat(second.answer().body()).isEqualTo("served");
        }
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> LENGTH.maxBody(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> LENGTH.maxHead(10, 200))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10");
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> LENGTH.timeouts(second, second, Duration.ZERO, second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    private static String post(String header, String body) {
        return "POST / HTTP/1.1\r\nHost: t\r\n" + header + "\r\n\r\n" + body;
    }

    private static int statusOf(TestServer server, String text) throws Exception {
        try (RawClient client = server.connect()) {
            return client.send(text).answer().status();
        }
    }

    private static String bodyOf(TestServer server, String text) throws Exception {
        try (RawClient client = server.connect()) {
            return client.send(text.getBytes(UTF_8)).answer().body();
        }
    }
}
