package dev.handoff.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Bytes of a line made a text that is safe to print: what is no UTF-8 appears as {@code \xNN}, and so do control
 * characters but tab, for a line may hold what a stranger sent, and a terminal obeys escape sequences. Characters that
 * turn the direction of writing, or end a line elsewhere, appear as {@code \u2028}.
 */
final class OutputLine {
    private OutputLine() {}

    static String text(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer out = CharBuffer.allocate(length);
        StringBuilder text = new StringBuilder(length);
        CharsetDecoder decoder = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            appendVisible(text, out.flip());
            out.clear();
            if (!result.isError()) {
                return text.toString();
            }
            appendBytes(text, in, result.length());
        }
    }

    private static void appendVisible(StringBuilder text, CharBuffer decoded) {
        for (int i = 0; i < decoded.length(); i++) {
            char c = decoded.charAt(i);
            if (c < 0x100 && Character.isISOControl(c) && c != '\t') {
                text.append(String.format("\\x%02x", (int) c));
            } else if (isTreacherous(c)) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
    }

    private static boolean isTreacherous(char c) {
        return isBetween(c, '\u2028', '\u202e') || isBetween(c, '\u2066', '\u2069');
    }

    private static boolean isBetween(char c, char first, char last) {
        return c >= first && c <= last;
    }

    private static void appendBytes(StringBuilder text, ByteBuffer in, int count) {
        for (int i = 0; i < count; i++) {
            text.append(String.format("\\x%02x", in.get() & 0xff));
        }
    }
}
