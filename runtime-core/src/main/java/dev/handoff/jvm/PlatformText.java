package dev.handoff.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.process.spi.Utf8;
import dev.handoff.unix.PathBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Words and variables as bytes and as text. For the kernel they are bytes. Ours are UTF-8 whatever the locale says, as Node's
 * are; the JDK's are the locale's encoding, and under {@code LC_ALL=C} it replaces what is not ASCII.
 */
public final class PlatformText {
    private static final Charset JDK = Runtime.version().feature() >= 18
            ? Charset.forName(System.getProperty("sun.jnu.encoding"))
            : Charset.defaultCharset();

    private PlatformText() {}

    /** What the JDK makes of bytes, and of text. */
    public static Charset jdk() {
        return JDK;
    }

    /**
     * Bytes of the kernel as text: UTF-8, or the locale's encoding where they are none; empty if they are neither.
     *
     * @param locale {@link #jdk()}
     */
    public static Optional<String> read(byte[] bytes, Charset locale) {
        return decode(bytes, UTF_8).or(() -> decode(bytes, locale));
    }

    private static Optional<String> decode(byte[] bytes, Charset charset) {
        try {
            // A decoder that nothing was said to reports what does not fit, and does not replace it.
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * The bytes by which the kernel is told a word or a variable.
     *
     * @throws IOException if it has half of a character, a surrogate without the other one
     */
    public static byte[] bytes(String text) throws IOException {
        try {
            return Utf8.bytes("\"" + text + "\"", text);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Whether the JDK writes this text as it is to be written.
     *
     * @throws IOException as {@link #bytes}
     */
    public static boolean isPassedByJdk(String text) throws IOException {
        return Arrays.equals(text.getBytes(JDK), bytes(text));
    }

    /** Whether the JDK finds this directory for a process, whose path it writes as it writes words. */
    public static boolean isPassedByJdk(Path directory) {
        return Arrays.equals(directory.toString().getBytes(JDK), PathBytes.of(directory));
    }
}
