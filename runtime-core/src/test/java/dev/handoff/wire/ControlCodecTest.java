package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.handoff.cluster.Protocol;
import dev.handoff.cluster.Setting;
import dev.handoff.wire.ControlFrame.Drained;
import dev.handoff.wire.ControlFrame.Exhausted;
import dev.handoff.wire.ControlFrame.Failed;
import dev.handoff.wire.ControlFrame.Hello;
import dev.handoff.wire.ControlFrame.Leave;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Listening;
import dev.handoff.wire.ControlFrame.Refused;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.ControlFrame.Started;
import dev.handoff.wire.ControlFrame.Tickets;
import dev.handoff.wire.ControlFrame.Welcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ControlCodecTest {
    private static final long SEED = 20_261_122;

    static Stream<ControlFrame> frames() {
        return Stream.of(
                new Hello(ControlFrame.VERSION, Scoreboard.VERSION, 7, new Token(-1, Long.MIN_VALUE), "17.0.15+6"),
                new Welcome(
                        64,
                        Duration.ofMillis(250),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        Integer.MAX_VALUE,
                        List.of(
                                new ListenerDescription(0, "", "127.0.0.1:80", "localhost:80"),
                                new ListenerDescription(65_535, "Ünix", "unix:/run/\u0000\uD800x", "")),
                        Map.of(
                                Setting.HTTP_FIRST,
                                Duration.ofSeconds(1),
                                Setting.HTTP_HEAD,
                                Duration.ofDays(1),
                                Setting.HTTP_RESETS,
                                Integer.MAX_VALUE)),
                new Welcome(1, Duration.ofNanos(1), Duration.ofDays(1), Duration.ZERO, 0, List.of(), Map.of()),
                new Listening(List.of(
                        new Service(Protocol.TCP, StateFormat.NONE),
                        new Service(Protocol.HTTP, new StateFormat("http/1.1", 1)),
                        new Service(Protocol.TLS, new StateFormat("x".repeat(255), 65_535)),
                        new Service(Protocol.HTTPS, StateFormat.NONE))),
                new Listening(List.of()),
                new Started(),
                new Failed("java.lang.IllegalStateException: no database\n\tat …"),
                new Leave(""),
                new Drained(Integer.MAX_VALUE, Integer.MAX_VALUE),
                new Refused("it speaks wire version 2"),
                new Tickets(TicketSecrets.fresh()),
                new Exhausted("unable to create native thread"),
                new Tickets(TicketSecrets.fresh().renewed().renewed()));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void whatIsSaidArrives(ControlFrame frame) throws Exception {
        byte[] bytes = ControlCodec.encode(frame);
        assertThat(bytes).hasSizeBetween(1, ControlCodec.MAX_LENGTH);
        assertThat(ControlCodec.decode(bytes)).isEqualTo(frame);
    }

    @ParameterizedTest
    @MethodSource("frames")
    void whatIsCutOffIsRefusedWithItsPlace(ControlFrame frame) {
        byte[] whole = ControlCodec.encode(frame);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(WireException.class)
                    .isThrownBy(() -> ControlCodec.decode(part))
                    .withMessageMatching("expected more at offset " + length + " of a control frame of " + length
                            + " bytes.*, found its end");
        }
    }

    @ParameterizedTest
    @MethodSource("frames")
    void whatHasATailIsRefusedWithItsPlace(ControlFrame frame) {
        byte[] whole = ControlCodec.encode(frame);
        byte[] longer = Arrays.copyOf(whole, whole.length + 3);
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> ControlCodec.decode(longer))
                .withMessageContaining(
                        "expected the end of a " + frame.getClass().getSimpleName() + " at offset " + whole.length)
                .withMessageEndingWith("found 3 bytes more");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            00                                               | expected a frame type from 1 to 10 at offset 0 of a control frame of 1 bytes, found 0
            0b                                               | found 11
            ff                                               | found 255
            0200000000                                       | expected 1 to 64 event loops, found 0
            0200000041                                       | expected 1 to 64 event loops, found 65
            02000000010000000000000000                       | expected at least 1 ns between two beats, found 0
            0200000001 0000000000000001 ffffffffffffffff     | expected at least 0 ns to drain, found -1
            0200000001 0000000000000001 0000000000000000 ffffffffffffffff | expected at least 0 ns to exit, found -1
            0200000001 0000000000000001 0000000000000000 0000000000000000 ffffffff | expected 0 to 2147483647 connections at most, found -1
            0200000001 0000000000000001 0000000000000000 0000000000000000 00000000 00010001 | expected 0 to 65536 listeners, found 65537
            0200000001 0000000000000001 0000000000000000 0000000000000000 00000000 7fffffff | found 2147483647
            0200000001 0000000000000001 0000000000000000 0000000000000000 00000000 00000000 7fffffff | settings, found 2147483647
            0200000001 0000000000000001 0000000000000000 0000000000000000 00000000 00000000 00000001 000178 | expected the name of a setting, found 'x'
            0200000001 0000000000000001 0000000000000000 0000000000000000 00000000 00000000 00000001 000a687474702e6669727374 0000000000000000 | expected at least 1 ns for a handler to wait, found 0
            03ffffffff                                       | expected 0 to 65536 services, found -1
            030000000104                                     | expected a protocol below 4, found 4
            03000000010100010000                             | expected 0 to 65535 as the version of a state, found 65536
            050001ff                                         | expected well-formed text before what stands at offset 4
            070000000000000000ff                             | expected the end of a Drained at offset 9 of a control frame of 10 bytes and type 7, found 1 bytes more
            0900000000                                       | expected 1 to 3 ticket secrets, found 0
            0900000004                                       | expected 1 to 3 ticket secrets, found 4
            0780000000                                       | expected 0 to 2147483647 connections cut, found -2147483648
            070000000080000000                               | expected 0 to 2147483647 requests cut, found -2147483648
            """)
    void whatMakesNoSenseIsRefused(String hex, String words) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> ControlCodec.decode(bytes))
                .withMessageContaining(words);
    }

    @Test
    void anotherVersionsHelloSaysSoWhateverComesBehind() throws Exception {
        byte[] hello = ControlCodec.encode(new Hello(99, 3, 7, new Token(1, 2), "x"));
        byte[] longer = Arrays.copyOf(hello, hello.length + 50);
        assertThat(ControlCodec.decode(longer)).isEqualTo(new Hello(99, 3, 7, new Token(1, 2), ""));
    }

    @Test
    void longTextIsCut() throws Exception {
        Failed failed = (Failed) ControlCodec.decode(ControlCodec.encode(new Failed("€".repeat(100_000))));
        assertThat(failed.reason()).isEqualTo("€".repeat(ControlCodec.MAX_TEXT));
    }

    @Test
    void randomFrames() throws Exception {
        fuzz(20_000);
    }

    @Test
    @Tag("long")
    void aMillionRandomFrames() throws Exception {
        fuzz(1_000_000);
    }

    /** Every outcome but a frame or a WireException fails the test. */
    private static void fuzz(int count) {
        Random random = new Random(SEED);
        List<byte[]> corpus = frames().map(ControlCodec::encode).toList();
        int understood = 0;
        for (int done = 0; done < count; done++) {
            byte[] bytes = mutated(corpus.get(random.nextInt(corpus.size())), random);
            try {
                assertThat(ControlCodec.decode(bytes)).isNotNull();
                understood++;
            } catch (WireException e) {
                assertThat(e).message().startsWith("expected ").contains(", found ");
            }
        }
        assertThat(understood).as("seed %s", SEED).isBetween(count / 100, count - count / 100);
    }

    private static byte[] mutated(byte[] from, Random random) {
        byte[] bytes = Arrays.copyOf(from, random.nextInt(3) == 0 ? random.nextInt(from.length + 20) : from.length);
        for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
