package dev.handoff.process.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Text of programs as bytes. Half of a surrogate pair is no character, and {@link String#getBytes} makes a question mark of it: here it is
 * refused.
 */
public final class Utf8 {
    private Utf8() {}

    /** Where the first half of a pair stands without the other one; -1 if there is none. */
    public static int indexOfHalf(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /**
     * A text in UTF-8.
     *
     * @param what it is, for the message, such as {@code the body of a response}
     * @throws IllegalArgumentException if it has half of a surrogate pair, naming where
     */
    public static byte[] bytes(String what, String text) {
        int half = indexOfHalf(text);
        if (half >= 0) {
            throw new IllegalArgumentException("cannot write " + what + " in UTF-8: at index " + half + " of "
                    + text.length() + " is half of a character, a surrogate without the other one");
        }
        return text.getBytes(UTF_8);
    }
}
