package dev.handoff.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.netty.ClusterServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever Java the manual shows is compiled here: each of its paragraphs stands in an example, but for blanks and comments. */
@Timeout(150)
class DocumentedCodeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EXAMPLES = Path.of("src/test/java/dev/handoff/examples");
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without what a reader is told beside the code, and without what a class needs to be an example. */
    private static String bare(String code) {
        return code.replaceAll("/\\*\\*.*?\\*/|(?<!:)//[^\\n]*|private \\w+\\(\\) \\{}", "")
                .replaceAll("\\s", "");
    }

    @Test
    void everyParagraphOfCodeIsCompiled() throws IOException {
        List<Path> pages;
        String examples;
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"));
                Stream<Path> sources = Files.list(EXAMPLES)) {
            pages = Stream.concat(Stream.of(ROOT.resolve("README.md")), docs).toList();
            examples = sources.map(DocumentedCodeTest::read)
                    .map(DocumentedCodeTest::bare)
                    .collect(Collectors.joining());
        }
        List<String> paragraphs = pages.stream()
                .flatMap(page -> BLOCK.matcher(read(page)).results())
                .map((MatchResult block) -> block.group(1))
                .flatMap(code -> Stream.of(code.split("\n\n")))
                .toList();
        assertThat(paragraphs)
                .isNotEmpty()
                .allSatisfy(code -> assertThat(examples).as("%s", code).contains(bare(code)));
    }

    @Test
    void aServerIsTestedAsTheManualSays() throws IOException {
        try (ClusterServer server = ClusterServer.builder()
                        .workerMain(Hello.class)
                        .workers(2)
                        .port(0)
                        .start();
                InputStream answer =
                        URI.create("http://localhost:" + server.port()).toURL().openStream()) {
            assertThat(answer).asString(UTF_8).startsWith("hello from worker ");
        }
    }
}
