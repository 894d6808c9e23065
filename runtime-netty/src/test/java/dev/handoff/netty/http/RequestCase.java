package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of {@code refused-requests.txt} or {@code accepted-requests.txt}, which say how they are written.
 *
 * @param expected the status that it is refused with, or what a handler sees of it
 * @param what it is
 * @param bytes in ISO-8859-1
 */
public record RequestCase(String expected, String what, String bytes) {
    private static final Pattern COLUMN = Pattern.compile("\\s+\\|\\s+");
    private static final Pattern REPEATED = Pattern.compile("\\{([^{}]*)\\*(\\d+)\\}");

    /** Those that must be refused. */
    public static List<RequestCase> refused() {
        return read("refused-requests.txt");
    }

    /** Those that must not be. */
    public static List<RequestCase> accepted() {
        return read("accepted-requests.txt");
    }

    /** Bytes of the head, its blank line included; of all if there is none. */
    public int headLength() {
        int blankLine = bytes.indexOf("\r\n\r\n");
        return blankLine < 0 ? bytes.length() : blankLine + 4;
    }

    @Override
    public String toString() {
        return what;
    }

    private static List<RequestCase> read(String resource) {
        try (BufferedReader table = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RequestCase.class.getResourceAsStream(resource)), UTF_8))) {
            return table.lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("# ") && !line.equals("#"))
                    .map(RequestCase::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }

    private static RequestCase parse(String line) {
        String[] columns = COLUMN.split(line, 3);
        return new RequestCase(meant(columns[0]), columns[1], meant(columns[2]));
    }

    private static String meant(String written) {
        String text = written.replace("<CHUNKED>", "<POST>Transfer-Encoding: chunked↵↵")
                .replace("<GET>", "GET / HTTP/1.1↵Host: t↵")
                .replace("<POST>", "POST / HTTP/1.1↵Host: t↵")
                .replace("↵", "\\r\\n");
        return REPEATED.matcher(text)
                .replaceAll(part -> Matcher.quoteReplacement(part.group(1).repeat(Integer.parseInt(part.group(2)))))
                .translateEscapes();
    }
}
