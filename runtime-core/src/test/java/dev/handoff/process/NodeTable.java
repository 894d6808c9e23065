package dev.handoff.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of Node's tests are held by which of ours: read from the sources of the tests, those of all modules, because no class
 * path has them all.
 */
final class NodeTable {
    /** What writes the table. */
    static final String WRITE =
            "mvn -pl runtime-core test -Dtest=NodeConformanceTest -Dhandoff.test.writeConformance=true";

    private static final Pattern NAMED = Pattern.compile("^\\s*@NodeTest\\(\"([^\"]+)\"\\)$");
    private static final Pattern METHOD = Pattern.compile("^\\s*(?:\\w+ )*void (\\w+)\\(");
    private static final String SEPARATOR = " | ";

    /** One of our tests. */
    private record Held(Path source, String method) implements Comparable<Held> {
        private String name() {
            return source.getFileName().toString().replace(".java", "") + "." + method;
        }

        private String link() {
            return "[" + name() + "](../" + source + ")";
        }

        @Override
        public int compareTo(Held other) {
            return name().compareTo(other.name());
        }
    }

    private final Path root;
    private final NavigableMap<String, TreeSet<Held>> held = new TreeMap<>();
    private final Map<String, String> leftOut;

    /**
     * Reads the tests.
     *
     * @param root the repository
     */
    NodeTable(Path root) throws IOException {
        this.root = root;
        leftOut = resource("left-out.txt").stream()
                .filter(NodeTable::isRow)
                .collect(Collectors.toMap(NodeTable::file, NodeTable::text));
        for (Path source : sources()) {
            read(source);
        }
    }

    private static List<String> resource(String name) throws IOException {
        try (var in = Objects.requireNonNull(NodeTable.class.getResourceAsStream("/node/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static boolean isRow(String line) {
        return line.contains(SEPARATOR) && !line.startsWith("#");
    }

    private static String file(String line) {
        return line.substring(0, line.indexOf(SEPARATOR));
    }

    private static String text(String line) {
        return line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length());
    }

    private List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> all = Files.walk(tests)) {
                    all.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private void read(Path source) throws IOException {
        List<String> files = new ArrayList<>();
        for (String line : Files.readAllLines(source)) {
            Matcher named = NAMED.matcher(line);
            Matcher method = METHOD.matcher(line);
            if (named.find()) {
                files.add(named.group(1));
            } else if (method.find()) {
                Held test = new Held(root.relativize(source), method.group(1));
                files.forEach(file ->
                        held.computeIfAbsent(file, any -> new TreeSet<>()).add(test));
                files.clear();
            }
        }
    }

    /** Files that our tests name. */
    Set<String> held() {
        return new TreeSet<>(held.keySet());
    }

    /** Files with a reason why no test of ours stands for them. */
    Set<String> leftOut() {
        return new TreeSet<>(leftOut.keySet());
    }

    /** All files that bear on us. */
    static List<String> listed() throws IOException {
        return resource("behaviours.txt").stream()
                .filter(NodeTable::isRow)
                .map(NodeTable::file)
                .toList();
    }

    /** The table. */
    String markdown() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "# Node's tests and ours",
                "",
                "Each file of Node's own test suite that bears on `cluster`, `child_process` and `process`: what it shows, and which"
                        + " test of ours shows the same.",
                "Written by `" + WRITE
                        + "` from the tests' `@NodeTest` annotations; a test fails where the two differ.",
                "",
                summary()));
        for (String line : resource("behaviours.txt")) {
            if (line.startsWith("## ")) {
                lines.addAll(List.of("", line, "", "| Node's file | what it shows | ours |", "|---|---|---|"));
            } else if (isRow(line)) {
                lines.add("| " + file(line) + " | " + text(line) + " | " + ours(file(line)) + " |");
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private String summary() throws IOException {
        List<String> listed = listed();
        long ours = listed.stream().filter(held::containsKey).count();
        long out = listed.stream().filter(leftOut::containsKey).count();
        return listed.size() + " files: " + ours + " held, " + out + " left out, " + (listed.size() - ours - out)
                + " not yet.";
    }

    private String ours(String file) {
        if (leftOut.containsKey(file)) {
            return "left out: " + leftOut.get(file);
        }
        return held.containsKey(file)
                ? held.get(file).stream().map(Held::link).collect(Collectors.joining("<br>"))
                : "not yet";
    }
}
