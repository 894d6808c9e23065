package dev.handoff.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The connection of one of a child's three standard streams. Immutable.
 *
 * @param kind what it is connected to
 * @param file the file; empty for all kinds but {@link Kind#FILE} and {@link Kind#APPEND}
 */
public record Stdio(Kind kind, Optional<Path> file) {
    /** What a stream is connected to. */
    public enum Kind {
        /** A pipe to this process. */
        PIPE,
        /** {@code /dev/null}. */
        IGNORE,
        /** The same stream of this process. */
        INHERIT,
        /** A file, which is read from its beginning, or emptied before it is written. */
        FILE,
        /** A file, to whose end is written. */
        APPEND
    }

    /** Checks that there is a file where there must be one. */
    public Stdio {
        if (file.isPresent() != (kind == Kind.FILE || kind == Kind.APPEND)) {
            throw new IllegalArgumentException(kind + " goes " + (file.isPresent() ? "without" : "with") + " a file");
        }
    }

    private static Stdio of(Kind kind) {
        return new Stdio(kind, Optional.empty());
    }

    /** A pipe to this process: the default. */
    public static Stdio pipe() {
        return of(Kind.PIPE);
    }

    /** {@code /dev/null}: the child reads nothing, and what it writes is discarded. */
    public static Stdio ignore() {
        return of(Kind.IGNORE);
    }

    /** The same stream as that of this process. */
    public static Stdio inherit() {
        return of(Kind.INHERIT);
    }

    /** A file: it is read from its beginning, or created or emptied before it is written. */
    public static Stdio file(Path file) {
        return new Stdio(Kind.FILE, Optional.of(file));
    }

    /** A file: it is created if it does not exist, and written at its end. For standard output and error. */
    public static Stdio append(Path file) {
        return new Stdio(Kind.APPEND, Optional.of(file));
    }
}
