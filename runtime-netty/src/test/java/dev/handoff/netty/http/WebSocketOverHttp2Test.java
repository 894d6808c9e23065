package dev.handoff.netty.http;

import static dev.handoff.netty.rig.RawWebSocket.BINARY;
import static dev.handoff.netty.rig.RawWebSocket.TEXT;
import static dev.handoff.netty.rig.RawWebSocket.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.Tls;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawHttp2;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.rig.TestCertificate;
import dev.handoff.netty.worker.TestServer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only WebSockets on streams of HTTP/2 do; the rest they do as all. Source: RFC 8441. */
class WebSocketOverHttp2Test {
    private static final int PROTOCOL_ERROR = 1;
    private static final int NO_ERROR = 0;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int WINDOW = 65_535;
    private static final int PIECE = 16_000;
    private static final byte[] NONE = {};
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(400);

    private static final Http ECHO = Http.handler(request -> switch (request.path()) {
        case "/socket" -> Response.webSocket(Heard::echo);
        case "/later" -> Response.later(CompletableFuture.completedFuture(Response.text("later")));
        case "/none" -> Response.status(404);
        case "/moved" -> Response.status(307).header("Location", "/socket");
        default -> Response.text(request.method() + " " + request.version());
    });

    private final Heard heard = new Heard();

    // --- how one is opened ----------------------------------------------------------------------------------------

    @Test
    void clientsAreToldThatTheyMayAsk() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            ByteBuffer settings = client.await(RawHttp2.SETTINGS).payload();
            List<String> numbers = new ArrayList<>();
            while (settings.hasRemaining()) {
                numbers.add(settings.getShort() + "=" + settings.getInt());
            }
            assertThat(numbers).contains(ENABLE_CONNECT_PROTOCOL + "=1");
        }
    }

    @Test
    void answerHasNoneOfTheFieldsThatHttp1Needs() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.connect(
                            1,
                            "/socket",
                            "sec-websocket-version",
                            "13",
                            "sec-websocket-extensions",
                            "permessage-deflate")
                    .flush();
            client.awaitStatus(1, 200);
            assertThat(client.soFar(1).header("sec-websocket-extensions")).startsWith("permessage-deflate");
            for (String name : new String[] {"sec-websocket-accept", "upgrade", "connection", "content-length"}) {
                assertThat(client.soFar(1).header(name)).as(name).isEqualTo("null");
            }
            RawWebSocket socket = new RawWebSocket(client.stream(1));
            assertThat(socket.text("hello").read().text()).isEqualTo("hello");
        }
    }

    /** Any success would be taken for a WebSocket. */
    @ParameterizedTest
    @CsvSource({"/, 400, no WebSocket here", "/later, 400, no WebSocket here", "/none, 404, ''", "/moved, 307, ''"})
    void clientIsToldThatThereIsNone(String path, int status, String body) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.connect(1, path, "sec-websocket-version", "13").data(1, false, "first words");
            RawHttp2.Answer answer = client.answer(1);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).contains(body);
            assertThat(client.get(3, "/").answer(3).body()).isEqualTo("GET HTTP/2");
            server.awaitNoRequests();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sec-websocket-version,8"})
    void otherVersionsAreRefused(String fields) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.connect(1, "/socket", fields.isEmpty() ? new String[0] : fields.split(","));
            assertThat(client.answer(1).status()).isEqualTo(426);
            assertThat(client.answer(1).header("sec-websocket-version")).isEqualTo("13");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":protocol,connect-udp"})
    void otherTunnelsAreRefused(String protocol) throws Exception {
        String fields = ":method,CONNECT," + protocol + (protocol.isEmpty() ? "" : ",")
                + ":scheme,http,:path,/socket,:authority,test";
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            assertThat(client.headers(1, false, fields.split(",")).answer(1).status())
                    .isEqualTo(501);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method,GET,:protocol,websocket,:scheme,http,:path,/socket,:authority,test",
                ":method,GET,:scheme,http,:path,/socket,:authority,test,upgrade,websocket,connection,Upgrade",
                ":method,CONNECT,:protocol,websocket,:scheme,http,:path,/socket,:authority,test,content-length,3",
                ":method,CONNECT,:protocol,websocket,:scheme,http,:path,/socket",
            })
    void whatIsNoRequestIsReset(String fields) throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            String[] all = (fields + ",sec-websocket-version,13").split(",");
            assertThat(client.headers(1, false, all).answer(1).error()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void whatComesBehindTheQuestionIsItsFirstMessage() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.later(later)));
                RawHttp2 client = RawHttp2.to(server.port())) {
            RawHttp2.Stream stream = client.stream(1);
            stream.connect("/");
            stream.write(frame(BINARY, "early".getBytes(UTF_8)));
            client.awaitPong();
            later.complete(Response.webSocket(Heard::echo));
            assertThat(new RawWebSocket(stream).read().text()).isEqualTo("early");
        }
    }

    /** All but the first of them wait to be read until there is a WebSocket. */
    @Test
    void noneOfTheEarlyMessagesIsLost() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.later(later)));
                RawHttp2 client = RawHttp2.to(server.port())) {
            RawHttp2.Stream stream = client.stream(1);
            stream.connect("/");
            stream.write(frame(TEXT, "one".getBytes(UTF_8)));
            stream.write(frame(TEXT, "two".getBytes(UTF_8)));
            stream.write(RawWebSocket.closing(1000, NONE));
            stream.endOutput();
            client.awaitPong();
            later.complete(Response.webSocket(heard::opened));
            assertThat(heard.codes()).containsExactly(1000);
            assertThat(heard.texts).containsExactly("one", "two");
            RawWebSocket socket = new RawWebSocket(stream);
            assertThat(socket.read().code()).isEqualTo(1000);
            assertThat(socket.isEnded()).isTrue();
            server.awaitNoRequests();
        }
    }

    @Test
    void earlyMessagesOfAClientThatTakesNothingWait() throws Exception {
        CompletableFuture<Response> later = new CompletableFuture<>();
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        Response response = Response.webSocket(socket -> {
            heard.opened(socket);
            while (socket.isWritable()) {
                sends.add(socket.send(numbered(sends.size())));
            }
        });
        try (TestServer server = TestServer.serving(Http.handler(request -> Response.later(later)));
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            RawHttp2.Stream stream = client.stream(1);
            stream.connect("/");
            for (String word : new String[] {"one", "two", "three"}) {
                stream.write(frame(TEXT, word.getBytes(UTF_8)));
            }
            client.awaitPong();
            later.complete(response);
            stream.awaitStatus(200);
            client.awaitPong();
            assertThat(heard.texts).containsExactly("one");
            client.window(1, 1 << 24).window(0, 1 << 24).flush();
            await().until(() -> heard.texts.equals(List.of("one", "two", "three")));
            assertThat(sends).allSatisfy(send -> assertThat(send).succeedsWithin(Duration.ofSeconds(10)));
        }
    }

    @Test
    void clientThatHasEndedItsDirectionIsGone() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.headers(
                            1,
                            true,
                            (":method,CONNECT,:protocol,websocket,:scheme,http,:path,/,:authority,test,"
                                            + "sec-websocket-version,13")
                                    .split(","))
                    .flush();
            assertThat(heard.codes()).containsExactly(1006);
            server.awaitNoRequests();
        }
    }

    // --- beside others --------------------------------------------------------------------------------------------

    @Test
    void whatElseTheConnectionCarriesGoesOn() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.stream(1).connect("/socket");
            client.stream(3).connect("/socket");
            RawWebSocket one = new RawWebSocket(client.stream(1));
            RawWebSocket other = new RawWebSocket(client.stream(3));
            assertThat(one.text("one").read().text()).isEqualTo("one");
            assertThat(other.text("other").read().text()).isEqualTo("other");
            assertThat(client.get(5, "/").answer(5).body()).isEqualTo("GET HTTP/2");
            client.stream(1).reset();
            assertThat(other.text("still there").read().text()).isEqualTo("still there");
            assertThat(other.close(1000).read().code()).isEqualTo(1000);
            assertThat(client.answer(3).error()).isEqualTo(-1);
            assertThat(client.get(7, "/").answer(7).body()).isEqualTo("GET HTTP/2");
            other.wire().endOutput();
            server.awaitNoRequests();
        }
    }

    /** The connection is closed when its last stream has ended, as one with other streams. */
    @Test
    void leavingWorkerTellsTheWebSocketAndTheConnection() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.stream(1).connect("/");
            heard.socket();
            server.leave();
            RawWebSocket socket = new RawWebSocket(client.stream(1));
            assertThat(socket.read().code()).isEqualTo(1012);
            assertThat(client.await(RawHttp2.GOAWAY).number(4)).isZero();
            assertThat(server.openConnections()).isEqualTo(1);
            socket.close(1012);
            assertThat(socket.isEnded()).isTrue();
            socket.wire().endOutput();
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
        assertThat(heard.codes()).containsExactly(1012);
    }

    @Test
    void clientThatDoesNotEndItsDirectionIsAskedTo() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawHttp2 client = RawHttp2.to(server.port())) {
            client.stream(1).connect("/");
            assertThat(new RawWebSocket(client.stream(1)).close(1000).read().code())
                    .isEqualTo(1000);
            client.awaitReset(1);
            assertThat(client.answer(1).error()).isEqualTo(NO_ERROR);
        }
    }

    /** Whose window is shut, whether it has ended its direction or not: our close frame has not left yet. */
    @Test
    void clientThatClosesAndTakesNoCloseIsCut() throws Exception {
        Http http = Http.handler(request -> Response.webSocket(socket -> socket.close(1000, "")))
                .timeouts(LONG, LONG, LONG, SHORT);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            for (int id : new int[] {1, 3}) {
                client.stream(id).connect("/");
                new RawWebSocket(client.stream(id)).close(1000);
            }
            client.stream(3).endOutput();
            assertThat(client.answer(1).error()).isEqualTo(CANCEL);
            assertThat(client.answer(3).error()).isEqualTo(CANCEL);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
        }
    }

    // --- one side is faster than the other ------------------------------------------------------------------------

    @Test
    void programIsToldThatItsClientDoesNotKeepUp() throws Exception {
        try (TestServer server = TestServer.serving(heard.http());
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            client.stream(1).connect("/");
            WebSocket socket = heard.socket();
            List<CompletableFuture<Void>> sends = new ArrayList<>();
            while (socket.isWritable()) {
                sends.add(socket.send(numbered(sends.size())));
            }
            client.awaitPong();
            assertThat(sends).noneMatch(CompletableFuture::isDone);
            client.window(1, 1 << 24).window(0, 1 << 24).flush();
            RawWebSocket reader = new RawWebSocket(client.stream(1));
            for (int i = 0; i < sends.size(); i++) {
                assertThat(ByteBuffer.wrap(reader.read().payload()).getInt()).isEqualTo(i);
            }
            assertThat(sends).allSatisfy(send -> assertThat(send).succeedsWithin(Duration.ofSeconds(10)));
            await().until(socket::isWritable);
        }
    }

    /** A program that answers each message is not drowned by a client that only sends. */
    @Test
    void clientThatDoesNotReadIsNotReadEither() throws Exception {
        try (TestServer server = TestServer.serving(ECHO);
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            RawHttp2.Stream stream = client.stream(1);
            stream.connect("/socket");
            stream.awaitStatus(200);
            byte[] message = frame(BINARY, new byte[PIECE]);
            int sent = 0;
            for (int window = WINDOW; window >= message.length; window += client.takeWindow(1)) {
                stream.write(message);
                window -= message.length;
                sent++;
                client.awaitPong();
                assertThat(sent)
                        .as("messages that were read and not taken back")
                        .isLessThan(100);
            }
            client.window(1, 1 << 24).window(0, 1 << 24).flush();
            RawWebSocket reader = new RawWebSocket(stream);
            for (int i = 0; i < sent; i++) {
                assertThat(reader.read().payload()).hasSize(PIECE);
            }
            assertThat(reader.text("and on").read().text()).isEqualTo("and on");
        }
    }

    @Test
    void clientThatTakesNothingIsCut() throws Exception {
        try (TestServer server = TestServer.serving(heard.http().pingEvery(Duration.ofMillis(400)));
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            client.stream(1).connect("/");
            heard.socket().send("never taken");
            assertThat(heard.codes()).containsExactly(1006);
            client.awaitReset(1);
            client.get(3, "/").flush().awaitStatus(3, 426);
        }
    }

    /** What it sent is not read, for its answers wait; what was not read must not keep its stream. */
    @Test
    void clientThatTakesNothingAndSendsOnIsCut() throws Exception {
        Http http = heard.http().pingEvery(Duration.ofMillis(400)).timeouts(LONG, LONG, LONG, SHORT);
        try (TestServer server = TestServer.serving(http);
                RawHttp2 client = RawHttp2.to(server.port(), INITIAL_WINDOW_SIZE, 0)) {
            RawHttp2.Stream stream = client.stream(1);
            stream.connect("/");
            WebSocket socket = heard.socket();
            while (socket.isWritable()) {
                socket.send(numbered(0));
            }
            stream.write(frame(BINARY, new byte[PIECE]));
            stream.write(frame(BINARY, new byte[PIECE]));
            assertThat(heard.codes()).containsExactly(1006);
            client.awaitReset(1);
            assertThat(client.awaitEnd()).isEqualTo(NO_ERROR);
            server.awaitNoRequests();
        }
    }

    private static ByteBuffer numbered(int number) {
        return ByteBuffer.allocate(PIECE).putInt(0, number);
    }

    // --- as others speak it ---------------------------------------------------------------------------------------

    @Test
    void nodesClientOverTls(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("client.js"), """
                const session = require('http2').connect(`https://localhost:${process.argv[2]}`, { rejectUnauthorized: false });
                session.on('remoteSettings', ({ enableConnectProtocol }) => {
                  console.log('may connect', enableConnectProtocol);
                  const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/socket',
                    'sec-websocket-version': '13' });
                  stream.on('response', (headers) => console.log(headers[':status']));
                  stream.on('end', () => { console.log('end'); stream.end(); });
                  stream.on('close', () => { console.log('close', stream.rstCode); session.close(); });
                  stream.on('data', (data) => {
                    console.log(data.toString('latin1', 2));
                    stream.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
                  });
                  stream.write(Buffer.concat([Buffer.from([0x81, 0x85, 0, 0, 0, 0]), Buffer.from('hello')]));
                });
                """);
        Tls tls = Tls.pem(TestCertificate.SERVER.chain(), TestCertificate.SERVER.key());
        try (TestServer server = TestServer.serving(tls.wrap(ECHO))) {
            Process node = new ProcessBuilder("node", script.toString(), "" + server.port())
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(node.getInputStream().readAllBytes(), UTF_8);
            assertThat(printed).isEqualTo("may connect true\n200\nhello\n\nend\nclose 0\n");
            assertThat(node.waitFor()).isZero();
        }
    }
}
