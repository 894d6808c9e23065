package dev.handoff.child;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {
    /** All that comes of some bytes which arrive in pieces of a size. */
    private static List<String> split(byte[] bytes, int size, Charset encoding, long limit) {
        Lines lines = new Lines(encoding, limit);
        List<String> all = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += size) {
            all.addAll(lines.take(Arrays.copyOfRange(bytes, from, Math.min(from + size, bytes.length))));
        }
        lines.rest().ifPresent(all::add);
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void linesAreTheSameHoweverTheirBytesArrive(int size) {
        byte[] text = "one\ntwo\r\n\n\r\nlast€\rone".getBytes(UTF_8);
        assertThat(split(text, size, UTF_8, 1000)).containsExactly("one", "two", "", "", "last€\rone");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "10"})
    void aPieceOfALongLineEndsBehindACharacter(long limit) {
        String text = "aß€🦆".repeat(5);
        for (int size = 1; size < 12; size++) {
            List<String> pieces = split(text.getBytes(UTF_8), size, UTF_8, limit);
            assertThat(String.join("", pieces)).isEqualTo(text);
            // Where one character is longer than the limit it comes alone.
            assertThat(pieces)
                    .allMatch(piece ->
                            piece.getBytes(UTF_8).length <= limit || piece.codePointCount(0, piece.length()) == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "x-UTF-16LE-BOM", "UTF-32", "UTF-32LE", "IBM1047", "GB18030"})
    void linesEndWhereTheirEncodingSaysSo(String name) {
        Charset encoding = Charset.forName(name);
        // A byte 10 of its own has the letter U+0A0A in UTF-16; EBCDIC has none of these.
        String text = name.startsWith("IBM") ? "one\ntwo\r\n\nlast" : "one\u0a0a\nt\ud834\udd1eo\r\n\nla\u010at";
        for (int size = 1; size < 12; size++) {
            assertThat(split(text.getBytes(encoding), size, encoding, 1000))
                    .containsExactlyElementsOf(text.lines().toList());
        }
    }

    @Test
    void halfACharacterAtTheEndIsTold() {
        assertThat(split(new byte[] {'a', 0, 'b'}, 2, UTF_16LE, 1000)).containsExactly("a\ufffd");
    }

    @Test
    void piecesAreOfTheEncodingThatWasSaid() {
        Charset gb18030 = Charset.forName("GB18030");
        String text = "中文测试".repeat(4);
        assertThat(String.join("", split(text.getBytes(gb18030), 7, gb18030, 5)))
                .isEqualTo(text);
        assertThat(split("äöü".getBytes(ISO_8859_1), 2, ISO_8859_1, 2)).containsExactly("äö", "ü");
    }

    @Test
    void noByteOfALongLineIsLostNotEvenACarriageReturn() {
        assertThat(split("abc\rdef\r\n".getBytes(UTF_8), 3, UTF_8, 4)).containsExactly("abc\r", "def");
        byte[] noText = new byte[10_000];
        new Random(42).nextBytes(noText);
        String read = new String(noText, ISO_8859_1);
        assertThat(String.join("\n", split(noText, 100, ISO_8859_1, 1_000_000)) + "\n")
                .isEqualTo(read.replace("\r\n", "\n") + (read.endsWith("\n") ? "" : "\n"));
        assertThat(split(noText, 100, UTF_8, 10)).isNotEmpty();
    }

    @Test
    void aLineWhoseBeginningWasPassedOverIsWholeUnlessThatIsLong() {
        Lines lines = new Lines(UTF_8, 1000);
        lines.skip("first\nsec".getBytes(UTF_8));
        lines.skip("ond".getBytes(UTF_8));
        assertThat(lines.take(" line\n".getBytes(UTF_8))).containsExactly("second line");
        lines.skip(new byte[200_000]);
        assertThat(lines.take("end\n".getBytes(UTF_8))).containsExactly("end");
    }
}
