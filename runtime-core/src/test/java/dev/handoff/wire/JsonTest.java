package dev.handoff.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.handoff.process.MessageException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
    static Stream<Object> messages() {
        return Stream.of(
                "",
                "a\0b",
                "\ud83d\ude00",
                "\ud83d",
                "\\ud83d",
                Map.of("\ud83d\ude00", List.of("\ude00")),
                Map.of("", Map.of("a\0b", 1)),
                Map.of("k".repeat(60_000), 1),
                "s".repeat(1_000_000),
                -0.0,
                Double.MIN_VALUE,
                Long.MIN_VALUE,
                new BigInteger("-" + "9".repeat(1_500)),
                nested(999));
    }

    private static Object nested(int depth) {
        Object message = 1;
        for (int level = 0; level < depth; level++) {
            message = List.of(message);
        }
        return message;
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsSentIsWhatIsRead(Object message) {
        assertThat(Json.read(Json.write(message), Object.class)).isEqualTo(message);
    }

    /** Node's JSON has null for them. */
    @Test
    void whatIsNoNumberIsReadAsOneOrAsItsName() {
        assertThat(Json.read(Json.write(Double.NaN), double.class)).isNaN();
        assertThat(Json.read(Json.write(Double.NEGATIVE_INFINITY), Object.class))
                .isEqualTo("-Infinity");
    }

    @Test
    void whatCouldNotBeReadIsRefusedWhereItIsSent() {
        for (Object message : List.of(Map.of("a\ud83d", 1), nested(1_001))) {
            assertThatThrownBy(() -> Json.write(message))
                    .isInstanceOf(MessageException.class)
                    .hasMessageContaining("cannot be written as JSON");
        }
    }

    @Test
    void aTextThatIsNoneIsNamedWithItsPlace() {
        for (String text : List.of("", "[1", "{\"a\":}", "[".repeat(1_001))) {
            assertThatThrownBy(() -> Json.read(text.getBytes(UTF_8), Object.class))
                    .isInstanceOf(MessageException.class)
                    .hasMessageContaining("cannot read a message of " + text.length() + " bytes");
        }
    }
}
