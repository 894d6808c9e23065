package dev.handoff.cluster;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Turns text of operators and programs into paths. */
final class SettingPath {
    private SettingPath() {}

    /**
     * The path of that text.
     *
     * @throws IllegalArgumentException if there can be no such path, saying why: under {@code LC_ALL=C} the JDK knows only ASCII names
     */
    static Path of(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            boolean ascii = text.chars().allMatch(character -> character < 0x80);
            String why = ascii
                    ? e.getReason()
                    : "this JVM opens files by the locale's encoding, " + System.getProperty("sun.jnu.encoding")
                            + ", which has not all its characters: start it with LC_ALL=C.UTF-8";
            throw new IllegalArgumentException("'" + text.replace("\0", "\\0") + "' cannot be a path: " + why, e);
        }
    }
}
