package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class OptionsTest {
    @Test
    void theDefaultsAreThoseOfThePublishedRun() {
        assertThat(read("")).containsExactly(5, 3, 3, 15, 64, null, Path.of("benchmarks/results"));
    }

    @Test
    void everyOneCanBeChanged() {
        assertThat(read("--rounds 2 --turns 9 --seconds 3 --warm-up 4 --connections 8 --only netty,nginx --out here"))
                .containsExactly(2, 9, 3, 4, 8, List.of("netty", "nginx"), Path.of("here"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "--loud, Unknown option: '--loud'",
                "--loud yes, \"'--loud', 'yes'\"",
                "--rounds, Missing required parameter for option '--rounds'",
                "--rounds 0, '--rounds': takes a whole number from 1 to 999999",
                "--rounds many, not 'many'",
                "\"--only netty,iis\", 'iis' is no system; there are handoff",
            })
    void aWrongOneIsNamed(String line, String message) {
        assertThatThrownBy(() -> read(line)).hasMessageContaining(message);
    }

    private static List<@Nullable Object> read(String line) {
        String[] words = line.isEmpty() ? new String[0] : line.split(" ", -1);
        Options options = CommandLine.populateSpec(Options.class, words);
        return Arrays.asList(
                options.rounds(),
                options.turns(),
                options.seconds(),
                options.warmUp(),
                options.connections(),
                options.only(),
                options.out());
    }
}
