package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.worker.TestServer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a request becomes a WebSocket, or does not. */
class WebSocketHandshakeTest {
    private static final Http ECHO = Http.handler(
            request -> request.path().equals("/socket") ? Response.webSocket(Heard::echo) : Response.text("http"));

    @Test
    void theClientIsShownThatItWasUnderstood() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            RawClient.Answer answer = client.send(RawWebSocket.HANDSHAKE).answer();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo(RawWebSocket.ACCEPT);
            assertThat(answer.header("Upgrade")).isEqualTo("websocket");
            assertThat(answer.header("Connection")).isEqualTo("Upgrade");
            assertThat(answer.header("Sec-WebSocket-Extensions")).isEmpty();
            RawWebSocket socket = new RawWebSocket(client);
            assertThat(socket.text("hello").read().text()).isEqualTo("hello");
        }
    }

    @Test
    void frameThatComesWithTheRequestIsRead() throws Exception {
        byte[] both = RawWebSocket.concat(
                RawWebSocket.HANDSHAKE.getBytes(US_ASCII),
                RawWebSocket.frame(RawWebSocket.TEXT, "first".getBytes(US_ASCII)),
                RawWebSocket.frame(RawWebSocket.BINARY, "second".getBytes(US_ASCII)));
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            assertThat(client.send(both).answer().status()).isEqualTo(101);
            RawWebSocket socket = new RawWebSocket(client);
            assertThat(socket.read().text()).isEqualTo("first");
            assertThat(socket.read().opcode()).isEqualTo(RawWebSocket.BINARY);
            assertThat(socket.text("third").read().text()).isEqualTo("third");
        }
    }

    /** Whatever its bytes are, they come from where requests are not read any more. */
    @Test
    void requestPipelinedBehindTheHandshakeIsNoRequest() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            client.send(RawWebSocket.HANDSHAKE + "GET /other HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(101);
            assertThat(new RawWebSocket(client).read().code()).isEqualTo(1002);
            assertThat(client.isEnded()).isTrue();
            client.hangUp();
            server.awaitNoConnections();
            assertThat(server.requestsStarted()).isEqualTo(1);
        }
    }

    @Test
    void requestsBeforeTheHandshakeAreServedAndItCountsAsOneUntilTheEnd() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            assertThat(client.get("/").answer().body()).isEqualTo("http");
            RawWebSocket socket = RawWebSocket.open(client);
            assertThat(socket.text("hello").read().text()).isEqualTo("hello");
            assertThat(server.requestsStarted()).isEqualTo(2);
            assertThat(server.requestsFinished()).isEqualTo(1);
            assertThat(socket.close(1000).read().code()).isEqualTo(1000);
            assertThat(socket.isEnded()).isTrue();
            await().untilAsserted(() -> assertThat(server.requestsFinished()).isEqualTo(2));
        }
    }

    @Test
    void everyKindOfHandlerMayOpenOne() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        Http.Handler opens = request -> Response.webSocket(Heard::echo);
        for (Http http :
                new Http[] {Http.blocking(opens), Http.streaming(opens), Http.handler(request -> Response.later(later))
                }) {
            try (TestServer server = TestServer.serving(http);
                    RawClient client = server.connect()) {
                client.send(RawWebSocket.HANDSHAKE)
                        .send(RawWebSocket.frame(RawWebSocket.TEXT, "early".getBytes(US_ASCII)));
                await().until(() -> server.requestsStarted() == 1);
                later.complete(Response.webSocket(Heard::echo));
                assertThat(client.answer().status()).isEqualTo(101);
                assertThat(new RawWebSocket(client).read().text()).isEqualTo("early");
            }
        }
    }

    @Test
    void whatTheProgramAddsGoesAlong() throws Exception {
        Http http = Http.handler(request ->
                Response.webSocket(socket -> socket.send("welcome")).header("Sec-WebSocket-Protocol", "chat"));
        try (TestServer server = TestServer.serving(http);
                RawClient client = server.connect()) {
            RawClient.Answer answer = client.send(RawWebSocket.HANDSHAKE).answer();
            assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("chat");
            assertThat(new RawWebSocket(client).read().text()).isEqualTo("welcome");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: WebSocket|Connection: upgrade",
                "Upgrade: h2c, websocket|Connection: keep-alive, Upgrade",
                "Upgrade: h2c|Upgrade: websocket|Connection: keep-alive|Connection: UPGRADE",
                "Upgrade: websocket|Connection: Upgrade|Content-Length: 0|Sec-WebSocket-Extensions: permessage-deflate"
            })
    void listsAreRead(String fields) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            assertThat(client.send(request("GET", "HTTP/1.1", fields + "|Sec-WebSocket-Version: 13|" + KEY))
                            .answer()
                            .status())
                    .isEqualTo(101);
        }
    }

    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private static final String UPGRADE = "Upgrade: websocket|Connection: Upgrade";
    private static final String V13 = "Sec-WebSocket-Version: 13";

    @ParameterizedTest
    @CsvSource({
        "GET, HTTP/1.1, X: y",
        "POST, HTTP/1.1, X: y",
        "HEAD, HTTP/1.1, X: y",
        "GET, HTTP/1.1, 'Upgrade: websocket|" + V13 + "|" + KEY + "'",
        "GET, HTTP/1.1, 'Connection: Upgrade|" + V13 + "|" + KEY + "'",
        "GET, HTTP/1.1, 'Upgrade: websocket2|Connection: Upgrade|" + V13 + "|" + KEY + "'",
        "GET, HTTP/1.0, '" + UPGRADE + "|" + V13 + "|" + KEY + "'",
    })
    void whoDoesNotAskForOneIsToldTo(String method, String version, String fields) throws Exception {
        RawClient.Answer answer = refused(method, version, fields);
        assertThat(answer.status()).isEqualTo(426);
        assertThat(answer.header("Upgrade")).isEqualTo("websocket");
        assertThat(answer.header("Connection")).isEqualTo("Upgrade");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 8|Sec-WebSocket-Version: 13"})
    void whoAsksForAnotherVersionIsToldWhichIsSpoken(String version) throws Exception {
        RawClient.Answer answer = refused("GET", "HTTP/1.1", UPGRADE + "|" + KEY + "|" + version);
        assertThat(answer.status()).isEqualTo(426);
        assertThat(answer.header("Sec-WebSocket-Version")).isEqualTo("13");
        assertThat(answer.body()).contains("version 13");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, '" + KEY + "', GET",
        "GET, '" + KEY + "|Content-Length: 3', without a body",
        "GET, '" + KEY + "|Transfer-Encoding: chunked', without a body",
        "GET, X: y, Sec-WebSocket-Key",
        "GET, Sec-WebSocket-Key: dG9vIHNob3J0, 16 bytes",
        "GET, Sec-WebSocket-Key: no base64 at all, base64",
        "GET, '" + KEY + "|" + KEY + "', one",
    })
    void whoDoesItWronglyIsToldWhatIsWrong(String method, String fields, String part) throws Exception {
        RawClient.Answer answer = refused(method, "HTTP/1.1", UPGRADE + "|" + V13 + "|" + fields);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains(part);
    }

    @Test
    void whoWasRefusedMayGoOn() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            assertThat(client.get("/socket").answer().status()).isEqualTo(426);
            assertThat(client.get("/").answer().body()).isEqualTo("http");
            assertThat(RawWebSocket.open(client).text("x").read().text()).isEqualTo("x");
        }
    }

    @Test
    void theStatusIsFixedAndSomeFieldsAreOurs() {
        Response response = Response.webSocket(Heard::echo);
        assertThat(response.code()).isEqualTo(101);
        assertThatThrownBy(() -> response.withStatus(200)).isInstanceOf(IllegalStateException.class);
        for (String name : new String[] {"Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions"}) {
            assertThatThrownBy(() -> response.header(name, "x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }

    private static RawClient.Answer refused(String method, String version, String fields) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawClient client = server.connect()) {
            client.send(request(method, version, fields)).send(bodyFor(fields));
            return method.equals("HEAD") ? client.answerToHead() : client.answer();
        }
    }

    private static String bodyFor(String fields) {
        return fields.contains("Content-Length: 3") ? "abc" : fields.contains("chunked") ? "0\r\n\r\n" : "";
    }

    private static String request(String method, String version, String fields) {
        return method + " /socket " + version + "\r\nHost: t\r\n" + fields.replace("|", "\r\n") + "\r\n\r\n";
    }
}
