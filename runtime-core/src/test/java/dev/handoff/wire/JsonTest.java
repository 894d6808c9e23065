package dev.handoff.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.handoff.process.MessageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\ude00b", "\ud83dx", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void aNameThatCouldNotBeReadIsRefusedByTheSender(String half) {
        for (Object message : List.of(Map.of(half, 1), List.of(Map.of("a", Map.of(half, "b"))))) {
            assertThatExceptionOfType(MessageException.class)
                    .isThrownBy(() -> Json.write(message))
                    .withMessageContainingAll("cannot send a", "surrogate");
        }
        assertThat(Json.read(Json.write(List.of(half)), String[].class))
                .as("a value may be so, as in Node")
                .containsExactly(half);
    }

    @Test
    void wholeCharactersAndBackslashesAreNamesAsAllOthers() {
        for (String name : List.of("\ud83d\ude00", "\\ud83d", "gr\u00fc\u00df\u20ac")) {
            assertThat((Object) Json.read(Json.write(Map.of(name, 1)), Map.class))
                    .isEqualTo(Map.of(name, 1));
        }
    }
}
