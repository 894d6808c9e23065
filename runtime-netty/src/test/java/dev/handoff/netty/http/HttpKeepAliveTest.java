package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.Setting;
import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.worker.TestServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpKeepAliveTest {
    private static final Http HELLO = Http.handler(request -> Response.text("hello " + request.served() + "\n"));

    @Test
    void oneConnectionServesManyRequests() throws Exception {
        try (TestServer server = TestServer.serving(HELLO);
                RawClient client = server.connect()) {
            for (int i = 0; i < 100; i++) {
                RawClient.Answer answer = client.get("/").answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("hello " + i + "\n");
                assertThat(answer.header("Connection")).isEqualTo("keep-alive");
                assertThat(answer.header("Keep-Alive")).isEqualTo("timeout=75");
                assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            }
            client.hangUp();
            server.awaitNoConnections();
            assertThat(server.requestsFinished()).isEqualTo(100);
        }
    }

    @Test
    void connectionEndsWhenItsClientWantsThat() throws Exception {
        try (TestServer server = TestServer.serving(HELLO);
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            assertThat(client.answer().header("Connection")).isEqualTo("close");
            assertThat(client.isEnded()).isTrue();
            server.awaitNoConnections();
        }
    }

    @Test
    void oldClientsGetOneResponseUnlessTheyAskForMore() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            try (RawClient client = server.connect()) {
                client.send("GET / HTTP/1.0\r\n\r\n");
                assertThat(client.answer().header("Connection")).isEqualTo("close");
                assertThat(client.isEnded()).isTrue();
            }
            try (RawClient client = server.connect()) {
                client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
                assertThat(client.answer().header("Connection")).isEqualTo("keep-alive");
                client.send("GET / HTTP/1.0\r\n\r\n");
                assertThat(client.answer().body()).isEqualTo("hello 1\n");
                assertThat(client.isEnded()).isTrue();
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderAndOneAtATime() throws Exception {
        SynchronousQueue<CompletableFuture<Response>> waiting = new SynchronousQueue<>();
        Http handler = Http.blocking(request -> {
            CompletableFuture<Response> response = new CompletableFuture<>();
            waiting.put(response);
            return Response.text(response.get().code() + " " + request.path());
        });
        try (TestServer server = TestServer.serving(handler);
                RawClient client = server.connect()) {
            client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\nPOST /b HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /c HTTP/1.1\r\nHost: t\r\n\r\n");
            for (String path : new String[] {"/a", "/b", "/c"}) {
                CompletableFuture<Response> response = waiting.take();
                assertThat(waiting.poll(50, TimeUnit.MILLISECONDS))
                        .as("a second request at a time")
                        .isNull();
                assertThat(server.requestsStarted() - server.requestsFinished()).isEqualTo(1);
                response.complete(Response.status(200));
                assertThat(client.answer().body()).isEqualTo("200 " + path);
            }
        }
    }

    @Test
    void manyPipelinedRequestsInOneWriteAreAllAnswered() throws Exception {
        try (TestServer server = TestServer.serving(HELLO);
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n".repeat(2_000));
            for (int i = 0; i < 2_000; i++) {
                assertThat(client.answer().body()).isEqualTo("hello " + i + "\n");
            }
        }
    }

    @Test
    void idleConnectionThatNobodyElseCanTakeIsClosedAMomentAfterItsWorkerLeaves() throws Exception {
        Http hello = Http.handler(request -> Response.text("hello"));
        Duration moment = Duration.ofMillis(300);
        try (TestServer server = TestServer.serving(hello, Map.of(Setting.DRAIN_IDLE_MIN, moment));
                RawClient silent = server.connect();
                RawClient idle = server.connect()) {
            assertThat(idle.get("/").answer().header("Connection")).isEqualTo("keep-alive");
            await().until(() -> server.openConnections() == 2);
            long before = System.nanoTime();
            server.leave();
            assertThat(idle.isEnded()).isTrue();
            assertThat(silent.isEnded()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(moment);
        }
    }

    @Test
    void leavingWorkerAnswersTheRequestInProgressAndTheNextOfAnIdleConnection() throws Exception {
        CompletableFuture<Response> slow = new CompletableFuture<>();
        Http handler =
                Http.handler(request -> request.path().equals("/slow") ? Response.later(slow) : Response.text("quick"));
        try (TestServer server = TestServer.serving(handler, Map.of(Setting.DRAIN_IDLE_MIN, Duration.ofMinutes(1)));
                RawClient busy = server.connect();
                RawClient idle = server.connect()) {
            assertThat(idle.get("/").answer().header("Connection")).isEqualTo("keep-alive");
            busy.get("/slow");
            await().until(() -> server.requestsStarted() == 2);
            server.leave();
            slow.complete(Response.text("done"));
            RawClient.Answer answer = busy.answer();
            assertThat(answer.body()).isEqualTo("done");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(busy.isEnded()).isTrue();
            assertThat(server.openConnections())
                    .as("the idle one stays until its next request")
                    .isGreaterThanOrEqualTo(1);
            assertThat(idle.get("/").answer().header("Connection")).isEqualTo("close");
            assertThat(idle.isEnded()).isTrue();
        }
    }
}
