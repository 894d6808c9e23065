package dev.handoff.jvm;

import dev.handoff.process.spi.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * The launcher's {@code @argfile}s, read as it reads them: words end at white space, {@code #} begins a comment, quotes
 * of either kind keep white space and know backslash escapes, a quote left open ends with its line (JDK's guide to
 * {@code java}, "java Command-Line Argument Files"). A file named in a file is not followed.
 */
public final class ArgumentFile {
    private static final Logger LOG = Logs.of(ArgumentFile.class);
    private static final char NONE = 0;

    private final String text;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private char quote = NONE;
    private int next;

    private ArgumentFile(String text) {
        this.text = text;
    }

    /** Whether a word of a command line names such a file. */
    public static boolean isOne(String word) {
        return word.length() > 1 && word.charAt(0) == '@' && word.charAt(1) != '@';
    }

    /**
     * What the file says now, which is what a worker started now would read.
     *
     * @param word the file's name with {@code @} before it, relative to our working directory
     * @return its words; none, and a warning, if it cannot be read
     */
    public static List<String> read(String word) {
        try {
            return parse(text(word, Files.readAllBytes(Path.of(word.substring(1)))));
        } catch (IOException e) {
            LOG.warn("cannot read the options in {}: {}; workers are started with it as it is", word, e.toString());
            return List.of();
        }
    }

    /** The launcher hands bytes on as they are. */
    private static String text(String word, byte[] content) {
        return PlatformText.read(content, PlatformText.jdk())
                .orElseThrow(() -> new IllegalStateException("cannot repeat this process's command line: what is in "
                        + word + " is neither UTF-8 nor " + PlatformText.jdk() + ", the locale's encoding"));
    }

    /** A word of a command line, or the words of the file that it names. */
    public static Stream<String> opened(String word) {
        return isOne(word) ? read(word).stream() : Stream.of(word);
    }

    static List<String> parse(String text) {
        return new ArgumentFile(text).words();
    }

    private List<String> words() {
        while (next < text.length()) {
            take(text.charAt(next++));
        }
        inWord = !word.isEmpty(); // the launcher loses an empty word that no white space follows
        endWord();
        return List.copyOf(words);
    }

    private void take(char c) {
        if (c == '\n' || c == '\r') {
            endWord();
        } else if (quote != NONE) {
            takeQuoted(c);
        } else if (c == ' ' || c == '\t' || c == '\f') {
            endWord();
        } else if (c == '#') {
            dropWord(); // "-Da=1#2": the launcher forgets the whole of it
            skipLine();
        } else if (c == '"' || c == '\'') {
            quote = c;
            inWord = true;
        } else {
            add(c);
        }
    }

    private void takeQuoted(char c) {
        if (c == quote) {
            quote = NONE;
        } else if (c == '\\' && next < text.length()) {
            takeEscaped(text.charAt(next++));
        } else {
            add(c);
        }
    }

    private void takeEscaped(char c) {
        switch (c) {
            case 'n' -> add('\n');
            case 'r' -> add('\r');
            case 't' -> add('\t');
            case 'f' -> add('\f');
            case '\n', '\r' -> skipIndent();
            default -> add(c);
        }
    }

    /** A line that ends in a backslash goes on at the next line's first visible character. */
    private void skipIndent() {
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
    }

    private void skipLine() {
        while (next < text.length() && text.charAt(next) != '\n' && text.charAt(next) != '\r') {
            next++;
        }
    }

    private void add(char c) {
        word.append(c);
        inWord = true;
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
        }
        dropWord();
    }

    private void dropWord() {
        word.setLength(0);
        inWord = false;
        quote = NONE;
    }
}
