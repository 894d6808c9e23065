package dev.handoff.sample.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the repository, in Markdown.
 *
 * @param path from the root of the repository
 */
record Document(Path path, String text) {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern BLOCK = Pattern.compile("(?m)^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL);
    private static final Pattern FILE_NAME = Pattern.compile("`([^`]+)`:\\n\\n$");

    /**
     * Code in a page.
     *
     * @param language as it is written behind the opening fence
     * @param file the name of the file that the sentence before it asks to write
     */
    record Block(String language, String code, Optional<String> file) {}

    static Document of(String path) {
        return of(ROOT.resolve(path));
    }

    private static Document of(Path file) {
        try {
            return new Document(ROOT.relativize(file), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Every page that is written by hand or by a program of ours. */
    static List<Document> all() throws IOException {
        List<Document> documents = new ArrayList<>();
        for (String folder : List.of("", "docs", "benchmarks/results")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(file -> documents.add(of(file)));
            }
        }
        return documents;
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            Matcher name = FILE_NAME.matcher(text.substring(0, block.start()));
            Optional<String> file = name.find() ? Optional.of(name.group(1)) : Optional.empty();
            blocks.add(new Block(block.group(1), block.group(2), file));
        }
        return blocks;
    }
}
