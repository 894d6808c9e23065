package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.jvm.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedFlagsTest {

    @Test
    void optionsComeInTheOrderInWhichTheJvmReadsThem(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("options"), "-Dtyped=2");
        TypedFlags flags = new TypedFlags(
                List.of("-Dtyped=1", "@" + file),
                Map.of("JAVA_TOOL_OPTIONS", "-Dtool", "JDK_JAVA_OPTIONS", "-Djdk", "_JAVA_OPTIONS", "-Dlast"),
                List.of("-Dextra"));
        assertThat(flags.all()).containsExactly("-Dtool", "-Djdk", "-Dtyped=1", "-Dtyped=2", "-Dextra", "-Dlast");
    }

    @Test
    void theLastSizeWins() {
        TypedFlags flags = new TypedFlags(
                List.of("-Xmx1g", "-XX:MaxHeapSize=2g"), Map.of("JAVA_TOOL_OPTIONS", "-Xmx3g"), List.of());
        assertThat(flags.heap()).hasValue(2L << 30);
        assertThat(new TypedFlags(List.of("-Xmx1g"), Map.of(), List.of("-Xmx10m")).heap())
                .hasValue(10L << 20);
        assertThat(new TypedFlags(List.of("-Xmx1g"), Map.of("_JAVA_OPTIONS", "-Xmx5k"), List.of()).heap())
                .hasValue(5L << 10);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1024, 1024", "3k, 3072", "3K, 3072", "2m, 2097152", "1G, 1073741824", "1t, 1099511627776"})
    void sizes(String text, long bytes) {
        assertThat(JvmSize.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1", "1mb", "1.5g", "9999999999999"})
    void otherTextsAreNoSizes(String text) {
        assertThat(JvmSize.parse(text)).isEqualTo(OptionalLong.empty());
    }

    @Test
    void partsComeFromPercentagesAndFractions() {
        assertThat(typed("-XX:MaxRAMPercentage=75").heapPart()).hasValue(0.75);
        assertThat(typed("-XX:MaxRAMFraction=2").heapPart()).hasValue(0.5);
        assertThat(typed("-XX:InitialRAMPercentage=12.5").firstHeapPart()).hasValue(0.125);
        assertThat(typed("-XX:MaxRAMPercentage=lots").heapPart()).isEqualTo(OptionalDouble.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC", "-XX:+UseShenandoahGC"})
    void collectorsAreKnown(String flag) {
        assertThat(typed(flag).hasCollector()).isTrue();
        assertThat(typed(flag.replace('+', '-')).hasCollector()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "'a b' \"c d\"", "-Dx=\"it's\" y", "''", "-Dx='say \"hi\"'", ""})
    void wordsOfAVariableSurviveARoundTrip(String text) {
        List<String> words = Quoted.split(text);
        assertThat(Quoted.split(Quoted.join(words))).isEqualTo(words);
    }

    @Test
    void quotesKeepWhiteSpace() {
        assertThat(Quoted.split(" -Da='x  y'z \t\"p q\" '' ")).containsExactly("-Da=x  yz", "p q", "");
        assertThat(Quoted.join(List.of("a", "b c", "", "d\"e"))).isEqualTo("a \"b c\" \"\" \"d\"'\"'\"e\"");
    }

    private static TypedFlags typed(String... words) {
        return new TypedFlags(List.of(words), Map.of(), List.of());
    }
}
