package dev.handoff.process;

import java.util.Optional;

/**
 * Something that the program's author should know of.
 *
 * @param name its kind, such as {@code Warning} or {@code DeprecationWarning}
 * @param message what is the matter
 * @param code what to search for, such as {@code DEP0001}
 * @param detail more lines
 */
public record Warning(String name, String message, Optional<String> code, Optional<String> detail) {
    /** One of the plain kind. */
    public static Warning of(String message) {
        return new Warning("Warning", message, Optional.empty(), Optional.empty());
    }

    /** As it is printed. */
    @Override
    public String toString() {
        return code.map(text -> "[" + text + "] ").orElse("")
                + name
                + ": "
                + message
                + detail.map(text -> System.lineSeparator() + text).orElse("");
    }
}
