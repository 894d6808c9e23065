package dev.handoff.netty.websocket;

import static dev.handoff.netty.rig.RawWebSocket.BINARY;
import static dev.handoff.netty.rig.RawWebSocket.CLOSE;
import static dev.handoff.netty.rig.RawWebSocket.CONTINUATION;
import static dev.handoff.netty.rig.RawWebSocket.PING;
import static dev.handoff.netty.rig.RawWebSocket.PONG;
import static dev.handoff.netty.rig.RawWebSocket.TEXT;
import static dev.handoff.netty.rig.RawWebSocket.concat;
import static dev.handoff.netty.rig.RawWebSocket.frame;
import static dev.handoff.netty.rig.RawWebSocket.part;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.Http;
import dev.handoff.netty.Request;
import dev.handoff.netty.Response;
import dev.handoff.netty.rig.Heard;
import dev.handoff.netty.rig.RawClient;
import dev.handoff.netty.rig.RawWebSocket;
import dev.handoff.netty.worker.TestServer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are compressed: RFC 7692. */
class WebSocketDeflateTest {
    private static final int COMPRESSED = 0x40;
    private static final int MAX = 256 * 1024;
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final String AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private static TestServer server;

    @BeforeAll
    static void serve() throws Exception {
        server = TestServer.serving(Http.handler(WebSocketDeflateTest::answer).maxMessage(MAX, MAX));
    }

    private static Response answer(Request request) {
        return Response.webSocket(socket -> {
            Heard.echo(socket);
            request.query("send").map(Integer::parseInt).ifPresent(length -> socket.send(text(length)));
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | ''",
                "permessage-deflate; client_max_window_bits | ''",
                "PerMessage-Deflate;Client_Max_Window_Bits=10;server_no_context_takeover;client_no_context_takeover | ''",
                "permessage-deflate; server_max_window_bits=15 | ; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits = \"15\" | ; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate | ''",
                "permessage-deflate; unknown, x-webkit-deflate-frame, permessage-deflate | ''",
            })
    void offerIsAccepted(String offers, String more) throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = client.send(handshake("/", offers)).answer();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo(AGREED + more);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-bzip2",
                "permessage-deflate; server_max_window_bits=8",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=015",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; client_no_context_takeover=1",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; unknown",
                "permessage-deflate;",
                "permessage-deflate; \"",
                ";",
                ",",
                "\"permessage-deflate\"",
            })
    void offerThatCannotBeAcceptedIsNot(String offers) throws Exception {
        try (RawClient client = server.connect()) {
            RawClient.Answer answer = client.send(handshake("/", offers)).answer();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.headers()).doesNotContainKey("Sec-WebSocket-Extensions");
            RawWebSocket socket = new RawWebSocket(client);
            assertThat(socket.text(text(5000)).read().text()).isEqualTo(text(5000));
        }
    }

    @Test
    void whoSwitchesItOffHasNone() throws Exception {
        Http off = Http.handler(WebSocketDeflateTest::answer).perMessageDeflate(false);
        try (TestServer without = TestServer.serving(off);
                RawClient client = without.connect()) {
            RawClient.Answer answer =
                    client.send(handshake("/", "permessage-deflate")).answer();
            assertThat(answer.headers()).doesNotContainKey("Sec-WebSocket-Extensions");
            RawWebSocket socket = new RawWebSocket(client).send(compressed(TEXT, deflate("hello")));
            assertThat(socket.read().code()).isEqualTo(1002);
        }
    }

    /** Of all lengths, of which some are compressed in the answer and some are not, in one frame and in many. */
    @Test
    void messagesComeBackAsTheyWereSent() throws Exception {
        byte[] noise = new byte[MAX];
        new Random(7).nextBytes(noise);
        try (RawWebSocket client = open("/")) {
            for (int length : new int[] {0, 1, 16, 125, 126, 1023, 1024, 4096, 65_535, 65_536, 131_072, MAX}) {
                byte[] message = text(length).getBytes(UTF_8);
                for (int piece : new int[] {256, 32_768, MAX}) {
                    sendInParts(client, TEXT, deflate(message), piece);
                    assertThat(plain(client.read())).isEqualTo(message);
                }
                byte[] bytes = Arrays.copyOf(noise, length);
                client.send(compressed(BINARY, deflate(bytes)));
                assertThat(plain(client.read())).isEqualTo(bytes);
            }
        }
    }

    @Test
    void whatIsShortOrNoiseIsNotCompressed() throws Exception {
        byte[] noise = new byte[4096];
        new Random(7).nextBytes(noise);
        try (RawWebSocket client = open("/")) {
            assertThat(client.text(text(1023)).read().opcode()).isEqualTo(TEXT);
            assertThat(client.send(frame(BINARY, noise)).read().opcode()).isEqualTo(BINARY);
            RawWebSocket.Frame shrunk = client.text(text(1024)).read();
            assertThat(shrunk.opcode()).isEqualTo(COMPRESSED | TEXT);
            assertThat(shrunk.payload()).hasSizeLessThan(512);
        }
    }

    /** It would keep the event loop from the others. */
    @Test
    void whatIsVeryLongIsNotCompressed() throws Exception {
        for (int length : new int[] {512 * 1024, 512 * 1024 + 1}) {
            try (RawWebSocket client = open("/?send=" + length)) {
                RawWebSocket.Frame sent = client.read();
                assertThat(sent.opcode()).isEqualTo(length > 512 * 1024 ? TEXT : COMPRESSED | TEXT);
                assertThat(plain(sent)).isEqualTo(text(length).getBytes(UTF_8));
            }
        }
    }

    /** Of two clients in turn, so that what one has begun is not taken for the other's. */
    @Test
    void partsMayComeBetweenOthersAndPings() throws Exception {
        byte[] deflated = deflate(text(3000));
        byte[] head = Arrays.copyOf(deflated, 10);
        byte[] rest = Arrays.copyOfRange(deflated, 10, deflated.length);
        try (RawWebSocket one = open("/");
                RawWebSocket other = open("/")) {
            one.send(frame(COMPRESSED | TEXT, head.length, head)).send(frame(PING, head));
            assertThat(one.read().opcode()).isEqualTo(PONG);
            other.send(compressed(TEXT, deflated));
            assertThat(plain(other.read())).isEqualTo(text(3000).getBytes(UTF_8));
            one.send(part(CONTINUATION, new byte[0])).send(frame(CONTINUATION, rest));
            assertThat(plain(one.read())).isEqualTo(text(3000).getBytes(UTF_8));
            assertThat(one.text("plain").read().text()).isEqualTo("plain");
        }
    }

    /** A block marked as the last one, and blocks behind it: RFC 7692, 7.2.3.4 and 7.2.3.5. */
    @Test
    void whateverBlocksItIsMadeOf() throws Exception {
        byte[] last = {(byte) 0xf3, 0x48, (byte) 0xcd, (byte) 0xc9, (byte) 0xc9, 0x07, 0x00, 0x00};
        byte[] two = {
            (byte) 0xf2, 0x48, 0x05, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xca, (byte) 0xc9, (byte) 0xc9, 0x07, 0
        };
        byte[] stored = {0, 5, 0, (byte) 0xfa, (byte) 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0};
        try (RawWebSocket client = open("/")) {
            for (byte[] hello : new byte[][] {last, two, stored}) {
                assertThat(client.send(compressed(TEXT, hello)).read().text()).isEqualTo("Hello");
            }
            byte[] twice = concat(Arrays.copyOf(last, last.length - 1), last);
            assertThat(client.send(compressed(TEXT, twice)).read().text()).isEqualTo("HelloHello");
            byte[] empty = {0};
            assertThat(client.send(compressed(TEXT, empty)).read().text()).isEmpty();
        }
    }

    static Stream<Arguments> malformed() {
        byte[] hi = deflate("hi");
        byte[] noText = deflate(new byte[] {'a', (byte) 0xff});
        return Stream.of(
                Arguments.of("no deflate", compressed(TEXT, new byte[] {7, 7, 7, 7}), 1007),
                Arguments.of("no text when it is inflated", compressed(TEXT, noText), 1007),
                Arguments.of("a ping", compressed(PING, hi), 1002),
                Arguments.of("a close", compressed(CLOSE, new byte[0]), 1002),
                Arguments.of(
                        "a later part",
                        concat(frame(COMPRESSED | TEXT, hi.length, hi), compressed(CONTINUATION, hi)),
                        1002),
                Arguments.of("another bit", frame(0x80 | 0x20 | TEXT, hi.length, hi), 1002),
                Arguments.of("another bit beside it", frame(0x80 | 0x60 | TEXT, hi.length, hi), 1002),
                Arguments.of("too long when it is inflated", compressed(TEXT, deflate(text(MAX + 1))), 1009),
                Arguments.of("two hundred mebibytes in a fifth of one", compressed(BINARY, bomb()), 1009),
                Arguments.of("too long in parts", inParts(deflate(text(MAX + 1))), 1009),
                Arguments.of("too long as it was sent", frame(BINARY, new byte[MAX + 1]), 1009));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformed")
    void whatBreaksTheRulesClosesWithTheReason(String what, byte[] bytes, int code) throws Exception {
        try (RawWebSocket client = open("/")) {
            client.send(bytes);
            RawWebSocket.Frame close = client.read();
            assertThat(close.opcode()).isEqualTo(CLOSE);
            assertThat(close.code()).as(close.reason()).isEqualTo(code);
            assertThat(close.reason()).isNotBlank();
            assertThat(client.isEnded()).isTrue();
        }
        try (RawWebSocket next = open("/")) {
            next.send(compressed(TEXT, deflate(text(2000))));
            assertThat(plain(next.read()))
                    .as("what the next client sends")
                    .isEqualTo(text(2000).getBytes(UTF_8));
        }
    }

    private static RawWebSocket open(String target) throws Exception {
        RawClient client = server.connect();
        RawClient.Answer answer =
                client.send(handshake(target, "permessage-deflate")).answer();
        assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo(AGREED);
        return new RawWebSocket(client);
    }

    private static String handshake(String target, String offers) {
        return RawWebSocket.HANDSHAKE
                .replace("/socket", target)
                .replace("Host: t\r\n", "Host: t\r\nSec-WebSocket-Extensions: " + offers + "\r\n");
    }

    /** Changes all the time, and shrinks all the same. */
    private static String text(int length) {
        StringBuilder text = new StringBuilder(length + 16);
        for (int line = 0; text.length() < length; line++) {
            text.append("line ").append(line).append('\n');
        }
        return text.substring(0, length);
    }

    private static byte[] compressed(int opcode, byte[] payload) {
        return frame(0x80 | COMPRESSED | opcode, payload.length, payload);
    }

    private static void sendInParts(RawWebSocket client, int opcode, byte[] payload, int piece) throws Exception {
        int first = COMPRESSED | opcode;
        for (int from = 0; from < payload.length; from += piece) {
            int end = Math.min(payload.length, from + piece);
            int last = end == payload.length ? 0x80 : 0;
            client.send(frame(last | first, end - from, Arrays.copyOfRange(payload, from, end)));
            first = CONTINUATION;
        }
    }

    private static byte[] inParts(byte[] payload) {
        int half = payload.length / 2;
        return concat(
                frame(COMPRESSED | TEXT, half, Arrays.copyOf(payload, half)),
                frame(CONTINUATION, Arrays.copyOfRange(payload, half, payload.length)));
    }

    private static byte[] bomb() {
        Deflater deflater = new Deflater(9, true);
        byte[] zeros = new byte[1024 * 1024];
        byte[] buffer = new byte[MAX];
        int length = 0;
        for (int mebibyte = 0; mebibyte < 200; mebibyte++) {
            deflater.setInput(zeros);
            length += deflater.deflate(buffer, length, buffer.length - length, Deflater.SYNC_FLUSH);
        }
        deflater.end();
        return Arrays.copyOf(buffer, length);
    }

    private static byte[] deflate(String text) {
        return deflate(text.getBytes(UTF_8));
    }

    private static byte[] deflate(byte[] plain) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(plain);
        byte[] buffer = new byte[plain.length + plain.length / 1000 + 64];
        int length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        deflater.end();
        byte[] tail = Arrays.copyOfRange(buffer, length - TAIL.length, length);
        assertThat(tail).isEqualTo(TAIL);
        return Arrays.copyOf(buffer, length - TAIL.length);
    }

    private static byte[] plain(RawWebSocket.Frame frame) throws DataFormatException {
        assertThat(frame.last()).isTrue();
        if ((frame.opcode() & COMPRESSED) == 0) {
            return frame.payload();
        }
        Inflater inflater = new Inflater(true);
        inflater.setInput(concat(frame.payload(), TAIL));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = inflater.inflate(buffer); count > 0; count = inflater.inflate(buffer)) {
            plain.write(buffer, 0, count);
        }
        inflater.end();
        return plain.toByteArray();
    }
}
