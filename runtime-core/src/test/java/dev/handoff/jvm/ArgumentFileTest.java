package dev.handoff.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArgumentFileTest {

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of("", List.of()),
                Arguments.of("  \n\t\r\n\f", List.of()),
                Arguments.of("-Xmx1g\n-cp  a:b", List.of("-Xmx1g", "-cp", "a:b")),
                Arguments.of("\"a b\" 'c d'", List.of("a b", "c d")),
                Arguments.of("-Dx=\"a b\"c", List.of("-Dx=a bc")),
                Arguments.of("\"\" ''\n", List.of("", "")),
                Arguments.of("a \"\"", List.of("a")),
                Arguments.of("\"a b", List.of("a b")),
                Arguments.of("\"it's\" 'a \"b\"'", List.of("it's", "a \"b\"")),
                Arguments.of("# all of it\n-Da=1 # rest\n-Db=2", List.of("-Da=1", "-Db=2")),
                Arguments.of("-Da=1#2\nb", List.of("b")),
                Arguments.of("\"a#b\"", List.of("a#b")),
                Arguments.of("c:\\dir\\x", List.of("c:\\dir\\x")),
                Arguments.of("\"c:\\\\dir\\tx\\ny\\q\"", List.of("c:\\dir\tx\nyq")),
                Arguments.of("\"a,\\\n   b\"", List.of("a,b")),
                Arguments.of("\"open to\nthe end\"", List.of("open to", "the", "end")),
                Arguments.of("@other", List.of("@other")));
    }

    @ParameterizedTest
    @MethodSource("files")
    void wordsAreTheLaunchers(String text, List<String> words) {
        assertThat(ArgumentFile.parse(text)).isEqualTo(words);
    }

    /** The table above, asked of a real launcher: all words after the main class reach the program. */
    @Test
    @Tag("slow")
    void theLauncherAgreesWithTheTable(@TempDir Path directory) throws Exception {
        for (Arguments row : files().toList()) {
            Path file = directory.resolve("words");
            Files.writeString(
                    file,
                    "-Xshare:auto -cp \"" + System.getProperty("java.class.path") + "\" "
                            + TestPrograms.Echo.class.getName() + "\n" + row.get()[0]);
            Process java = new ProcessBuilder(TestPrograms.java(), "@" + file)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(java.getInputStream().readAllBytes(), UTF_8);
            assertThat(said).as("words of %s", row.get()[0]).isEqualTo(TestPrograms.Echo.text((List<?>)
                    Objects.requireNonNull(row.get()[1])));
        }
    }

    @Test
    void aFileThatCannotBeReadHasNoWords(@TempDir Path directory) {
        assertThat(ArgumentFile.read("@" + directory.resolve("none"))).isEmpty();
    }

    @Test
    void escapedAndEmptyNamesAreNoFiles() {
        assertThat(List.of("@", "@@x", "x@y", "")).noneMatch(ArgumentFile::isOne);
        assertThat(ArgumentFile.isOne("@x")).isTrue();
    }
}
