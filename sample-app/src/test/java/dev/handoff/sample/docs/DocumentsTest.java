package dev.handoff.sample.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!what )(.*) \\|$");
    private static final Pattern TEST_LINK = Pattern.compile("\\]\\((\\S+(?:Test|IT)\\.java)\\)");
    private static final Pattern MESSAGE = Pattern.compile("(?m)^### `(.*)`$");
    private static final Pattern EVENT_IN_CODE =
            Pattern.compile("(?:publish|onOverload)\\(\\s*\"([a-z]+(?:\\.[a-z]+)?)\"");
    private static final Pattern STATE_OF_THE_CLUSTER = Pattern.compile("(SERVING|DEGRADED|EMPTY|STOPPING)[,\\s]");
    private static final Pattern EVENT_IN_PAGE = Pattern.compile("`([a-z]+\\.[a-z]+|scale)`(?=.*\\|.*\\|)");
    private static final int SHORTEST_PART = 12;

    @Test
    void everyLinkLeadsToAFileAndToAHeading() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Document document : Document.all()) {
            for (String link : found(LINK, document.text())) {
                if (!link.startsWith("http") && !leadsSomewhere(document, link)) {
                    broken.add(document.path() + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Document document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path from = Document.ROOT.resolve(document.path());
        Path to = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]);
        return Files.exists(to) && (parts.length == 1 || anchors(to).contains(parts[1]));
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchors(Path page) throws IOException {
        return found(HEADING, Files.readString(page)).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void everyPageIsInTheIndex() throws IOException {
        List<String> listed = found(LINK, Document.of("docs/README.md").text());
        try (Stream<Path> pages = Files.list(Document.ROOT.resolve("docs"))) {
            assertThat(pages.map(page -> page.getFileName().toString())
                            .filter(name -> name.endsWith(".md") && !name.equals("README.md")))
                    .isSubsetOf(listed);
        }
    }

    @Test
    void everyDecisionIsInTheIndexByTopic() throws IOException {
        Document decisions = Document.of("DECISIONS.md");
        List<String> listed = found(LINK, decisions.text()).stream()
                .map(link -> link.replaceFirst("^#", ""))
                .toList();
        assertThat(listed)
                .containsAll(anchors(Document.ROOT.resolve("DECISIONS.md")).stream()
                        .skip(1)
                        .toList());
    }

    @Test
    void everyPromiseNamesATest() {
        List<String> promises = found(ROW, Document.of("docs/promises.md").text());
        assertThat(promises)
                .hasSizeGreaterThan(30)
                .allSatisfy(promise -> assertThat(found(TEST_LINK, promise)).isNotEmpty());
    }

    @Test
    void everyMessageThatIsExplainedIsInTheCode() {
        String code = Sources.ofTheRuntime().text();
        assertThat(found(MESSAGE, Document.of("docs/troubleshooting.md").text()))
                .hasSizeGreaterThanOrEqualTo(20)
                .allSatisfy(message ->
                        assertThat(fixedParts(message)).as(message).isNotEmpty().allMatch(code::contains));
    }

    /** A message without what differs each time, and without the marks beside that; a few letters would be found anywhere. */
    private static List<String> fixedParts(String message) {
        return Stream.of(message.split("…"))
                .map(part -> part.replaceAll("^\\W+|\\W+$", ""))
                .filter(part -> part.length() >= SHORTEST_PART)
                .toList();
    }

    @Test
    void everyEventIsInTheTableAndNoOther() {
        Sources code = Sources.ofTheRuntime();
        Set<String> published = new TreeSet<>(code.all(EVENT_IN_CODE));
        code.all(STATE_OF_THE_CLUSTER).forEach(state -> published.add("cluster." + state.toLowerCase(Locale.ROOT)));
        assertThat(Set.copyOf(
                        found(EVENT_IN_PAGE, Document.of("docs/operation.md").text())))
                .isEqualTo(published);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
