package dev.handoff.sample.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The text of the runtime's sources, with strings that are put together from several literals as one. */
final class Sources {
    private static final Pattern JOINED_LITERALS = Pattern.compile("\"\\s*\\+\\s*\"");

    private final String text;

    private Sources(String text) {
        this.text = text;
    }

    static Sources ofTheRuntime() {
        return new Sources(Stream.of("runtime-core", "runtime-netty")
                .flatMap(module -> files(Document.ROOT.resolve(module).resolve("src/main/java")))
                .map(Sources::read)
                .collect(Collectors.joining()));
    }

    private static Stream<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static String read(Path file) {
        try {
            return JOINED_LITERALS.matcher(Files.readString(file)).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    String text() {
        return text;
    }

    /** What the first group of a pattern catches, wherever it fits. */
    Set<String> all(Pattern pattern) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
