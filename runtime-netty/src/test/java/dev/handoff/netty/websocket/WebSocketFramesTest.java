package dev.handoff.netty.websocket;

import static dev.handoff.netty.rig.RawWebSocket.BINARY;
import static dev.handoff.netty.rig.RawWebSocket.CLOSE;
import static dev.handoff.netty.rig.RawWebSocket.CONTINUATION;
import static dev.handoff.netty.rig.RawWebSocket.PING;
import static dev.handoff.netty.rig.RawWebSocket.PONG;
import static dev.handoff.netty.rig.RawWebSocket.TEXT;
import static dev.handoff.netty.rig.RawWebSocket.closing;
import static dev.handoff.netty.rig.RawWebSocket.concat;
import static dev.handoff.netty.rig.RawWebSocket.frame;
import static dev.handoff.netty.rig.RawWebSocket.part;
import static dev.handoff.netty.rig.RawWebSocket.unmasked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.netty.Http;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.worker.TestServer;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What frames become, and what becomes of those that must not be. */
@ParameterizedClass
@EnumSource
class WebSocketFramesTest {
    private static final int MAX_FRAME = 1_000;
    private static final int MAX_MESSAGE = 2_000;
    private static final byte[] NONE = {};

    /** The Euro sign, which takes three bytes. */
    private static final byte[] EURO = "\u20ac".getBytes(UTF_8);

    private final RawWebSocket.Over over;
    private final Heard heard = new Heard();
    private TestServer server;

    WebSocketFramesTest(RawWebSocket.Over over) {
        this.over = over;
    }

    @BeforeEach
    void serve() throws Exception {
        Http http = Http.handler(
                request -> Response.webSocket(request.query("echo").isPresent() ? Heard::echo : this::open));
        server = TestServer.serving(http.maxMessage(MAX_FRAME, MAX_MESSAGE));
    }

    private void open(WebSocket socket) {
        heard.opened(socket);
        socket.onText(text -> {
            heard.texts.add(text);
            socket.send(text);
        });
        socket.onBytes(bytes -> {
            heard.bytes.add(UTF_8.decode(bytes.duplicate()).toString());
            socket.send(bytes);
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void messagesComeAsTheyWereSent() throws Exception {
        try (RawWebSocket client = over.open(server)) {
            for (String message :
                    new String[] {"", "x", "\u20ac \ud83d\ude00", "x".repeat(125), "y".repeat(126), "z".repeat(999)}) {
                RawWebSocket.Frame text = client.text(message).read();
                assertThat(text.text()).isEqualTo(message);
                assertThat(text.opcode()).isEqualTo(TEXT);
                assertThat(text.last()).isTrue();
                RawWebSocket.Frame bytes =
                        client.send(frame(BINARY, message.getBytes(UTF_8))).read();
                assertThat(bytes.text()).isEqualTo(message);
                assertThat(bytes.opcode()).isEqualTo(BINARY);
            }
        }
    }

    @Test
    void bytesNeedNotBeText() throws Exception {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (RawWebSocket client = over.open(server)) {
            assertThat(client.send(frame(BINARY, bytes)).read().payload()).isEqualTo(bytes);
        }
    }

    @Test
    void partsArePutTogetherWhateverComesBetween() throws Exception {
        try (RawWebSocket client = over.open(server)) {
            client.send(part(TEXT, "a".getBytes(UTF_8)))
                    .send(frame(PING, "are you there".getBytes(UTF_8)))
                    .send(part(CONTINUATION, NONE))
                    .send(part(CONTINUATION, new byte[] {EURO[0]}))
                    .send(frame(PONG, new byte[] {(byte) 0xff}))
                    .send(part(CONTINUATION, new byte[] {EURO[1]}))
                    .send(frame(CONTINUATION, new byte[] {EURO[2]}));
            RawWebSocket.Frame pong = client.read();
            assertThat(pong.opcode()).isEqualTo(PONG);
            assertThat(pong.text()).isEqualTo("are you there");
            assertThat(client.read().text()).isEqualTo("a\u20ac");
        }
        assertThat(heard.texts).containsExactly("a\u20ac");
    }

    @Test
    void bytesMayComeOneByOne() throws Exception {
        byte[] all = concat(frame(TEXT, EURO), frame(PING, NONE), part(BINARY, EURO), frame(CONTINUATION, EURO));
        try (RawWebSocket client = over.open(server)) {
            for (byte one : all) {
                client.send(new byte[] {one});
            }
            assertThat(client.read().text()).isEqualTo("\u20ac");
            assertThat(client.read().opcode()).isEqualTo(PONG);
            assertThat(client.read().text()).isEqualTo("\u20ac\u20ac");
        }
    }

    @Test
    void everyPingIsAnsweredInItsTurn() throws Exception {
        try (RawWebSocket client = over.open(server)) {
            byte[][] pings = new byte[200][];
            for (int i = 0; i < pings.length; i++) {
                pings[i] = frame(PING, ("ping " + i).getBytes(UTF_8));
            }
            client.send(concat(pings));
            for (int i = 0; i < pings.length; i++) {
                RawWebSocket.Frame pong = client.read();
                assertThat(pong.opcode()).isEqualTo(PONG);
                assertThat(pong.text()).isEqualTo("ping " + i);
            }
        }
    }

    static Stream<Arguments> malformed() {
        byte[] hi = "hi".getBytes(UTF_8);
        byte[] broken = {'a', (byte) 0xff};
        return Stream.of(
                Arguments.of("not masked", unmasked(TEXT, hi), 1002),
                Arguments.of("first reserved bit", frame(0x80 | 0x40 | TEXT, 2, hi), 1002),
                Arguments.of("second reserved bit", frame(0x80 | 0x20 | TEXT, 2, hi), 1002),
                Arguments.of("third reserved bit", frame(0x80 | 0x10 | TEXT, 2, hi), 1002),
                Arguments.of("reserved data frame", frame(3, hi), 1002),
                Arguments.of("last reserved data frame", frame(7, hi), 1002),
                Arguments.of("reserved control frame", frame(11, hi), 1002),
                Arguments.of("last reserved control frame", frame(15, hi), 1002),
                Arguments.of("ping in parts", part(PING, hi), 1002),
                Arguments.of("close in parts", part(CLOSE, NONE), 1002),
                Arguments.of("ping that is too long", frame(PING, new byte[126]), 1002),
                Arguments.of("rest without a beginning", frame(CONTINUATION, hi), 1002),
                Arguments.of("beginning inside a message", concat(part(TEXT, hi), frame(TEXT, hi)), 1002),
                Arguments.of("length in more bytes than it needs", new byte[] {(byte) 0x82, (byte) 0xfe, 0, 5}, 1002),
                Arguments.of("negative length", frame(0x80 | BINARY, Long.MIN_VALUE, NONE), 1002),
                Arguments.of("text that is none", frame(TEXT, broken), 1007),
                Arguments.of("text cut inside a character", frame(TEXT, new byte[] {EURO[0], EURO[1]}), 1007),
                Arguments.of("surrogate", frame(TEXT, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}), 1007),
                Arguments.of("longer than it needs", frame(TEXT, new byte[] {(byte) 0xc0, (byte) 0xaf}), 1007),
                Arguments.of(
                        "text that is none in a later part", concat(part(TEXT, hi), part(CONTINUATION, broken)), 1007),
                Arguments.of(
                        "text that ends inside a character",
                        concat(part(TEXT, hi), frame(CONTINUATION, new byte[] {EURO[0]})),
                        1007),
                Arguments.of("close of one byte", frame(CLOSE, new byte[] {3}), 1002),
                Arguments.of("close with 0", closing(0, NONE), 1002),
                Arguments.of("close with 999", closing(999, NONE), 1002),
                Arguments.of("close with 1004", closing(1004, NONE), 1002),
                Arguments.of("close with 1005", closing(1005, NONE), 1002),
                Arguments.of("close with 1006", closing(1006, NONE), 1002),
                Arguments.of("close with 1015", closing(1015, NONE), 1002),
                Arguments.of("close with 2999", closing(2999, NONE), 1002),
                Arguments.of("close with 5000", closing(5000, NONE), 1002),
                Arguments.of("close with 65535", closing(65_535, NONE), 1002),
                Arguments.of("close with a reason that is no text", closing(1000, broken), 1007),
                Arguments.of("frame that is too long", frame(BINARY, new byte[MAX_FRAME + 1]), 1009),
                Arguments.of("frame that only says so", frame(0x80 | BINARY, MAX_FRAME + 1, NONE), 1009),
                Arguments.of("frame of 2^62 bytes", frame(0x80 | BINARY, 1L << 62, NONE), 1009),
                Arguments.of(
                        "message that is too long",
                        concat(
                                part(BINARY, new byte[MAX_FRAME]),
                                part(CONTINUATION, new byte[MAX_FRAME]),
                                frame(CONTINUATION, new byte[1])),
                        1009));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformed")
    void whatBreaksTheRulesClosesWithTheReason(String what, byte[] bytes, int code) throws Exception {
        try (RawWebSocket client = over.open(server)) {
            client.send(concat(bytes, frame(TEXT, "behind it".getBytes(UTF_8))));
            RawWebSocket.Frame close = client.read();
            assertThat(close.opcode()).isEqualTo(CLOSE);
            assertThat(close.code()).as(close.reason()).isEqualTo(code);
            assertThat(close.reason()).isNotBlank();
            assertThat(client.isEnded()).isTrue();
            client.wire().hangUp();
            server.awaitNoConnections();
        }
        assertThat(heard.codes()).containsExactly(code);
        assertThat(heard.texts).isEmpty();
        assertThat(heard.bytes).isEmpty();
    }

    @Test
    void aMessageOfTheLimitPasses() throws Exception {
        try (RawWebSocket client = over.open(server)) {
            client.send(part(BINARY, new byte[MAX_FRAME])).send(frame(CONTINUATION, new byte[MAX_FRAME]));
            assertThat(client.read().payload()).hasSize(MAX_MESSAGE);
        }
    }

    /** What was well-formed before counts. */
    @Test
    void whatCameBeforeIsHeard() throws Exception {
        try (RawWebSocket client = over.open(server)) {
            client.send(concat(frame(TEXT, EURO), unmasked(TEXT, EURO)));
            assertThat(client.read().text()).isEqualTo("\u20ac");
            assertThat(client.read().code()).isEqualTo(1002);
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        Http http = heard.http();
        assertThatThrownBy(() -> http.maxMessage(124, 1000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> http.maxMessage(1000, 999)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> http.pingEvery(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> http.pingEvery(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
