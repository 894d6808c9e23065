package dev.handoff.netty.websocket;

import static dev.handoff.netty.rig.RawWebSocket.CLOSE;
import static dev.handoff.netty.rig.RawWebSocket.PING;
import static dev.handoff.netty.rig.RawWebSocket.PONG;
import static dev.handoff.netty.rig.RawWebSocket.TEXT;
import static dev.handoff.netty.rig.RawWebSocket.concat;
import static dev.handoff.netty.rig.RawWebSocket.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.worker.TestServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a WebSocket ends, and who hears of it. */
@ParameterizedClass
@EnumSource
class WebSocketCloseTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final byte[] NONE = {};

    private final RawWebSocket.Over over;
    private final Heard heard = new Heard();

    WebSocketCloseTest(RawWebSocket.Over over) {
        this.over = over;
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999})
    void theClientsCloseIsEchoedAndThenTheConnectionEnds(int code) throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            client.send(RawWebSocket.closing(code, "so long".getBytes(UTF_8)));
            RawWebSocket.Frame close = client.read();
            assertThat(close.opcode()).isEqualTo(CLOSE);
            assertThat(close.code()).isEqualTo(code);
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(code);
            assertThat(heard.reason).isCompletedWithValue("so long");
            client.wire().hangUp();
            server.awaitNoConnections();
        }
    }

    @Test
    void closeWithoutACodeIsEchoedWithoutOne() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            assertThat(client.send(frame(CLOSE, NONE)).read().payload()).isEmpty();
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(1005);
        }
    }

    @Test
    void closeOfAClientThatEndsItsDirectionAtOnceIsEchoed() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            client.close(1000).wire().endOutput();
            assertThat(client.read().code()).isEqualTo(1000);
            assertThat(client.isEnded()).isTrue();
            over.awaitEnd(server);
        }
        assertThat(heard.codes()).containsExactly(1000);
    }

    @Test
    void whatTheProgramSentBeforeItClosedGoesOutAndWhatTheClientSentIsHeard() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            WebSocket socket = heard.socket();
            CompletableFuture<Void> sent = socket.send("last words");
            socket.close(4000, "bye");
            assertThat(client.read().text()).isEqualTo("last words");
            assertThat(sent).succeedsWithin(Duration.ofSeconds(10));
            RawWebSocket.Frame close = client.read();
            assertThat(close.code()).isEqualTo(4000);
            assertThat(close.reason()).isEqualTo("bye");
            client.text("crossed it on the way").close(4000);
            // Sooner than by the limit of a close that lingers, which would end it, too.
            client.wire().setPatience(Duration.ofSeconds(8));
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(4000);
            assertThat(heard.texts).containsExactly("crossed it on the way");
            client.wire().hangUp();
            server.awaitNoConnections();
        }
    }

    @Test
    void nothingIsSentBehindAClose() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            WebSocket socket = heard.socket();
            socket.close(1000, "");
            assertThat(socket.send("too late"))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withRootCauseInstanceOf(IOException.class)
                    .withMessageContaining("closed or closing");
            socket.close(1001, "again");
            client.send(frame(PING, NONE));
            assertThat(client.read().code()).isEqualTo(1000);
            client.close(1000);
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(1000);
            socket.close(1001, "again");
            assertThat(socket.send(ByteBuffer.wrap(NONE))).failsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void clientThatDoesNotAnswerACloseIsCut() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            heard.socket().close(1000, "");
            assertThat(client.read().code()).isEqualTo(1000);
            over.awaitEnd(server);
            assertThat(heard.codes()).containsExactly(1006);
        }
    }

    @Test
    void clientThatGoesWithoutAWordIsMissed() throws Exception {
        ClientsEnd[] ends = {RawWebSocket.Wire::hangUp, RawWebSocket.Wire::reset, RawWebSocket.Wire::endOutput};
        for (ClientsEnd end : ends) {
            Heard own = new Heard();
            try (TestServer server = TestServer.serving(own.http());
                    RawWebSocket client = over.open(server)) {
                own.socket();
                end.happen(client.wire());
                assertThat(own.codes()).containsExactly(1006);
                over.awaitEnd(server);
            }
        }
    }

    private interface ClientsEnd {
        void happen(RawWebSocket.Wire wire) throws IOException;
    }

    @Test
    void clientThatAnswersNoPingIsCut() throws Exception {
        try (TestServer server = TestServer.serving(heard.http().pingEvery(SHORT));
                RawWebSocket client = over.open(server)) {
            assertThat(client.read().opcode()).isEqualTo(PING);
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(1006);
            assertThat(heard.reason).isCompletedWithValue("the client answers no ping");
        }
    }

    /** No time-out of HTTP's is for a WebSocket. */
    @Test
    void clientThatAnswersPingsStays() throws Exception {
        Http http = heard.http()
                .timeouts(Duration.ofSeconds(30), SHORT, SHORT, SHORT)
                .pingEvery(Duration.ofSeconds(1));
        try (TestServer server = TestServer.serving(http);
                RawWebSocket client = over.open(server)) {
            for (int i = 0; i < 3; i++) {
                RawWebSocket.Frame ping = client.read();
                assertThat(ping.opcode()).isEqualTo(PING);
                client.send(frame(PONG, ping.payload()));
            }
            heard.socket().send("still there");
            assertThat(client.read().text()).isEqualTo("still there");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "text", "bytes", "leaving"})
    void listenerThatThrowsClosesItsWebSocket(String which) throws Exception {
        Http http = Http.handler(request -> Response.webSocket(socket -> {
            heard.opened(socket);
            Runnable fails = () -> {
                throw new IllegalStateException("thrown by the test");
            };
            if (which.equals("open")) {
                fails.run();
            }
            socket.onText(text -> fails.run());
            socket.onBytes(bytes -> fails.run());
            socket.onLeaving(fails);
        }));
        try (TestServer server = TestServer.serving(http);
                RawWebSocket client = over.open(server)) {
            switch (which) {
                case "text" -> client.text("x");
                case "bytes" -> client.send(frame(RawWebSocket.BINARY, NONE));
                case "leaving" -> server.leave();
                default -> {}
            }
            assertThat(client.read().code()).isEqualTo(1011);
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(1011);
        }
    }

    @Test
    void closeListenerThatThrowsHoldsNothingUp() throws Exception {
        Http http = Http.handler(request -> Response.webSocket(socket -> socket.onClose((code, reason) -> {
            throw new IllegalStateException("thrown by the test");
        })));
        try (TestServer server = TestServer.serving(http);
                RawWebSocket client = over.open(server)) {
            assertThat(client.close(1000).read().code()).isEqualTo(1000);
            assertThat(client.isEnded()).isTrue();
            client.wire().hangUp();
            server.awaitNoConnections();
        }
    }

    @Test
    void whoAsksLateIsToldAtOnce() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            client.close(3001);
            assertThat(heard.codes()).containsExactly(3001);
            CompletableFuture<Integer> late = new CompletableFuture<>();
            heard.socket().onClose((code, reason) -> late.complete(code));
            assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(3001);
        }
    }

    @Test
    void whatMustNotBeSentIsRefused() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            WebSocket socket = heard.socket();
            for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_536 + 1000}) {
                assertThatThrownBy(() -> socket.close(code, ""))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("" + code);
            }
            assertThatThrownBy(() -> socket.close(1000, "\u20ac".repeat(42)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("126");
            assertThatThrownBy(() -> socket.close(1000, "a\ud83d"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half of a character");
            assertThatThrownBy(() -> socket.send("a\ud83d"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half of a character");
            socket.close(1000, "x".repeat(123));
            assertThat(client.read().reason()).hasSize(123);
        }
    }

    // --- the worker leaves ----------------------------------------------------------------------------------------

    @Test
    void leavingWorkerLetsTheProgramSayGoodbyeAndCloses() throws Exception {
        Http http = Http.handler(request -> Response.webSocket(socket -> {
            heard.opened(socket);
            socket.onLeaving(() -> socket.send("goodbye"));
        }));
        try (TestServer server = TestServer.serving(http);
                RawWebSocket client = over.open(server)) {
            server.leave();
            assertThat(client.read().text()).isEqualTo("goodbye");
            RawWebSocket.Frame close = client.read();
            assertThat(close.code()).isEqualTo(1012);
            client.text("before I knew");
            await().until(() -> heard.texts.contains("before I knew"));
            assertThat(server.requestsFinished()).as("work is in progress").isZero();
            client.close(1012);
            assertThat(client.isEnded()).isTrue();
            assertThat(heard.codes()).containsExactly(1012);
            client.wire().hangUp();
            server.awaitNoConnections();
        }
    }

    @Test
    void programThatClosesByItselfAsItLeavesHasItsWay() throws Exception {
        Http http = Http.handler(
                request -> Response.webSocket(socket -> socket.onLeaving(() -> socket.close(4001, "moved"))));
        try (TestServer server = TestServer.serving(http);
                RawWebSocket client = over.open(server)) {
            server.leave();
            assertThat(client.read().code()).isEqualTo(4001);
        }
    }

    @Test
    void oneThatIsOpenedOnALeavingWorkerIsToldAtOnce() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.later(later)));
                RawWebSocket client = over.ask(over.connect(server))) {
            await().until(() -> server.requestsStarted() == 1);
            server.leave();
            later.complete(Response.webSocket(socket -> socket.onLeaving(() -> socket.send("goodbye"))));
            over.awaitOpen(client);
            assertThat(client.read().text()).isEqualTo("goodbye");
            assertThat(client.read().code()).isEqualTo(1012);
        }
    }

    @Test
    void allAreToldWithinTheWindow() throws Exception {
        CopyOnWriteArrayList<WebSocket> open = new CopyOnWriteArrayList<>();
        Consumer<WebSocket> opened = socket -> {
            open.add(socket);
            socket.onClose((code, reason) -> open.remove(socket));
        };
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.webSocket(opened)))) {
            RawWebSocket[] clients = new RawWebSocket[20];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = over.open(server);
            }
            server.leave(Duration.ofMillis(800));
            for (RawWebSocket client : clients) {
                assertThat(client.read().code()).isEqualTo(1012);
                client.close(1012);
                assertThat(client.isEnded()).isTrue();
                client.wire().hangUp();
            }
            server.awaitNoConnections();
            assertThat(open).isEmpty();
        }
    }

    /** The end of a message in parts is not waited for. */
    @Test
    void messageThatIsNotWholeIsDropped() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawWebSocket client = over.open(server)) {
            client.send(concat(RawWebSocket.part(TEXT, "half".getBytes(UTF_8)), RawWebSocket.closing(1000, NONE)));
            assertThat(client.read().code()).isEqualTo(1000);
            assertThat(heard.codes()).containsExactly(1000);
            assertThat(heard.texts).isEmpty();
        }
    }
}
