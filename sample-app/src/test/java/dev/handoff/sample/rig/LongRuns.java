package dev.handoff.sample.rig;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.handoff.sample.client.Load;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What runs of the tests have shown: printed, and where {@code -Dhandoff.test.results=FILE} names a page, as the long tier does, written
 * into its table. A run replaces the row of an earlier one of the same claim and the same words.
 */
public final class LongRuns {
    private static final Pattern ROW = Pattern.compile("(\\| [A-Z]\\d+ \\| [^|]+ \\|).*");
    private static final Pattern CPU_MODEL = Pattern.compile("^model name\\s*: (.+)$", Pattern.MULTILINE);
    private static final String HEAD = """
            # What the long tier has shown

            Each row is the last run of a test, with one strict client that never retries. `mvn verify -P long` writes it;
            `-Dhandoff.test.results=FILE` lets any run write such a page.

            | claim | what was done | sent | lost | date | machine | kernel | JDK |
            |---|---|---:|---:|---|---|---|---|
            """;

    private LongRuns() {}

    /** Tells what became of a load. */
    public static void note(String claim, String what, Load load) {
        System.out.println(claim + ": " + what + "; " + load);
        note(claim, what, load.sent(), load.lost());
    }

    /** Tells how many were sent and lost. */
    public static void note(String claim, String what, long sent, long lost) {
        System.out.println(claim + ": " + what + ": " + sent + " sent, " + lost + " lost");
        String page = System.getProperty("handoff.test.results", "");
        if (!page.isEmpty()) {
            String key = "| " + claim + " | " + what + " |";
            write(Path.of(page), key, key + " %,d | %,d | %s |".formatted(sent, lost, where()));
        }
    }

    private static void write(Path page, String key, String row) {
        try (FileChannel file =
                FileChannel.open(page, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var unused = file.lock(); // another class may be at it, in a JVM of its own
            Map<String, String> rows =
                    rows(new String(Channels.newInputStream(file).readAllBytes(), UTF_8));
            rows.put(key, row);
            file.truncate(0);
            file.write(ByteBuffer.wrap((HEAD + String.join("\n", rows.values()) + "\n").getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + page, e);
        }
    }

    /** By claim and words, in that order. */
    private static Map<String, String> rows(String page) {
        Map<String, String> rows = new TreeMap<>();
        page.lines().map(ROW::matcher).filter(Matcher::matches).forEach(row -> rows.put(row.group(1), row.group()));
        return rows;
    }

    private static String where() {
        return "%s | %s, %d cores | %s | %s"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        cpu(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.version"),
                        System.getProperty("java.vm.version"));
    }

    private static String cpu() {
        try {
            Matcher model = CPU_MODEL.matcher(Files.readString(Path.of("/proc/cpuinfo")));
            return model.find() ? model.group(1).strip() : System.getProperty("os.arch");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what processor this is", e);
        }
    }
}
