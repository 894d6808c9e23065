package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OptionsTest {
    @Test
    void withoutAnyItIsTheRunThatIsPublished() {
        assertThat(Options.parse()).isEqualTo(new Options(5, 3, 3, 15, 64, List.of(), Path.of("benchmarks/results")));
    }

    @Test
    void everyOneCanBeChanged() {
        String line = "--rounds 2 --turns 9 --seconds 3 --warm-up 4 --connections 8 --only netty,nginx --out here";

        assertThat(Options.parse(line.split(" ", -1)))
                .isEqualTo(new Options(2, 9, 3, 4, 8, List.of("netty", "nginx"), Path.of("here")));
    }

    @ParameterizedTest
    @CsvSource({
        "--loud, --loud is no option",
        "--loud yes, --loud is no option",
        "--rounds 0, --rounds takes a whole number",
        "--rounds many, not many",
        "'--only netty,iis', iis is no system",
    })
    void aWrongOneIsNamed(String line, String message) {
        assertThatThrownBy(() -> Options.parse(line.split(" ", -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
