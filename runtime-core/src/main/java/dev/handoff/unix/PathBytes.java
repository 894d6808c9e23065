package dev.handoff.unix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import jnr.ffi.Pointer;

/**
 * Paths as the kernel has them: bytes. A {@link Path} has them too, but its text has lost those that are no characters of the locale's
 * encoding, and under {@code LC_ALL=C} all but ASCII. Its URI has every byte, whatever the locale.
 */
public final class PathBytes {
    private static final Path ROOT = Path.of("/");

    private PathBytes() {}

    /** The bytes of a path; a relative one stays relative. */
    public static byte[] of(Path path) {
        byte[] rooted = decoded(ROOT.resolve(path).toUri().getRawPath());
        int begin = path.isAbsolute() ? 0 : 1;
        // A URI ends with a slash where it leads to a directory.
        boolean isDirectory = rooted.length > 1 && rooted[rooted.length - 1] == '/';
        return Arrays.copyOfRange(rooted, begin, isDirectory ? rooted.length - 1 : rooted.length);
    }

    private static byte[] decoded(String uri) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
        for (int at = 0; at < uri.length(); at++) {
            char character = uri.charAt(at);
            boolean isEscape = character == '%';
            bytes.write(isEscape ? Integer.parseInt(uri, at + 1, at + 3, 16) : character);
            at += isEscape ? 2 : 0;
        }
        return bytes.toByteArray();
    }

    /** The path whose bytes are a text in UTF-8; a relative one stays relative. */
    public static Path path(String text) {
        StringBuilder escaped = new StringBuilder("file:///");
        for (byte each : text.replaceAll("^/+", "").replaceAll("/+", "/").getBytes(UTF_8)) {
            escaped.append(each == '/' ? "/" : String.format("%%%02x", each & 0xff));
        }
        Path rooted = Path.of(URI.create(escaped.toString()));
        if (text.startsWith("/")) {
            return rooted;
        }
        return text.isEmpty() ? Path.of("") : rooted.subpath(0, rooted.getNameCount());
    }

    /** Whether the text of a path is a path to the same file. */
    public static boolean isText(Path path) {
        try {
            return Path.of(path.toString()).equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** A path in native memory, with a null byte behind it. */
    static Pointer inMemory(Path path) {
        byte[] bytes = of(path);
        Pointer memory = Native.allocate(bytes.length + 1);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }
}
