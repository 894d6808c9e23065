package dev.handoff.process;

import java.util.Optional;

/**
 * A warning for the program's author.
 *
 * @param name its kind, such as {@code Warning} or {@code DeprecationWarning}
 * @param message the text
 * @param code a code to search for, such as {@code DEP0001}
 * @param detail more lines
 */
public record Warning(String name, String message, Optional<String> code, Optional<String> detail) {
    /** A warning of the kind {@code Warning}. */
    public static Warning of(String message) {
        return new Warning("Warning", message, Optional.empty(), Optional.empty());
    }

    /** The text as it is printed. */
    @Override
    public String toString() {
        return code.map(text -> "[" + text + "] ").orElse("")
                + name
                + ": "
                + message
                + detail.map(text -> System.lineSeparator() + text).orElse("");
    }
}
