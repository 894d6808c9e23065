package dev.handoff.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What one of a child's three standard streams is connected to. Immutable.
 *
 * @param kind to what
 * @param file which one; empty for all but {@link Kind#FILE} and {@link Kind#APPEND}
 */
public record Stdio(Kind kind, Optional<Path> file) {
    /** The kinds there are. */
    public enum Kind {
        /** A pipe to this process. */
        PIPE,
        /** {@code /dev/null}. */
        IGNORE,
        /** The same stream of this process. */
        INHERIT,
        /** A file, read from its beginning or emptied before it is written. */
        FILE,
        /** A file that is written on at its end. */
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

    /** {@code /dev/null}: the child reads nothing, or what it writes is gone. */
    public static Stdio ignore() {
        return of(Kind.IGNORE);
    }

    /** The same stream as this process's own. */
    public static Stdio inherit() {
        return of(Kind.INHERIT);
    }

    /** A file: read from its beginning, or created if it is not there and emptied if it is. */
    public static Stdio file(Path file) {
        return new Stdio(Kind.FILE, Optional.of(file));
    }

    /** A file: created if it is not there, written on at its end. For standard output and error. */
    public static Stdio append(Path file) {
        return new Stdio(Kind.APPEND, Optional.of(file));
    }
}
