package dev.handoff.output;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutputLineTest {

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("", ""),
                Arguments.of("plain\ttext", "plain\ttext"),
                Arguments.of(utf8("grüße 🙂 ✓"), "grüße 🙂 ✓"),
                Arguments.of("\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"),
                Arguments.of("bell\u0007 del\u007f nul\0", "bell\\x07 del\\x7f nul\\x00"),
                Arguments.of("a\rb", "a\\x0db"),
                Arguments.of(utf8("c1\u009b"), "c1\\x9b"),
                Arguments.of(utf8("\u202eevil\u2028"), "\\u202eevil\\u2028"),
                Arguments.of("\u00ff\u00fe x", "\\xff\\xfe x"),
                Arguments.of("cut \u00e2\u0082", "cut \\xe2\\x82"),
                Arguments.of("\u00c0\u0080", "\\xc0\\x80"));
    }

    /** A line's bytes are given as characters up to 255. */
    @ParameterizedTest
    @MethodSource("lines")
    void allIsPrintable(String bytes, String text) {
        byte[] line = bytes.getBytes(ISO_8859_1);
        assertThat(OutputLine.text(line, line.length)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 100})
    void linesAreTheSameHoweverTheBytesCome(int chunk) {
        byte[] bytes = "one\r\ntwo\n\n\r\nlast".getBytes(UTF_8);
        assertThat(split(bytes, 100, chunk)).containsExactly("one", "two", "", "", "last");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void aLongLineIsCutAndSaysHowMuch(int chunk) {
        byte[] bytes = ("x".repeat(10) + "y".repeat(5) + "\nnext\n").getBytes(UTF_8);
        assertThat(split(bytes, 10, chunk)).containsExactly("xxxxxxxxxx … [5 bytes cut]", "next");
        assertThat(split("x".repeat(10).getBytes(UTF_8), 10, chunk)).containsExactly("x".repeat(10));
    }

    @Test
    void aCutNeverGoesThroughACharacter() {
        assertThat(split("1234567é\n".getBytes(UTF_8), 8, 3)).containsExactly("1234567 … [2 bytes cut]");
        assertThat(split("12345é8\n".getBytes(UTF_8), 7, 3)).containsExactly("12345é … [1 bytes cut]");
        assertThat(split("12345🙂\n".getBytes(UTF_8), 8, 3)).containsExactly("12345 … [4 bytes cut]");
    }

    private static List<String> split(byte[] bytes, int limit, int chunk) {
        LineSplitter splitter = new LineSplitter(limit);
        List<String> lines = new ArrayList<>();
        for (int begin = 0; begin < bytes.length; begin += chunk) {
            int count = Math.min(chunk, bytes.length - begin);
            byte[] part = new byte[chunk];
            System.arraycopy(bytes, begin, part, 0, count);
            lines.addAll(splitter.take(part, count));
        }
        splitter.rest().ifPresent(lines::add);
        return lines;
    }

    private static String utf8(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }
}
