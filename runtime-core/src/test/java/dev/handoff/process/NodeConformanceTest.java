package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/node-conformance.md} says what the tests say. */
class NodeConformanceTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path FILE = ROOT.resolve("docs/node-conformance.md");

    @Test
    void theTableIsWhatTheTestsSay() throws Exception {
        String table = new NodeTable(ROOT).markdown();
        if (Boolean.getBoolean("handoff.test.writeConformance")) {
            Files.writeString(FILE, table);
        }
        assertThat(FILE)
                .as("the tests have changed; to write the table anew: %s", NodeTable.WRITE)
                .content()
                .isEqualTo(table);
    }

    @Test
    void everyFileThatATestNamesOrThatIsLeftOutIsListedOnce() throws Exception {
        NodeTable table = new NodeTable(ROOT);
        assertThat(NodeTable.listed())
                .as("src/test/resources/node/behaviours.txt")
                .doesNotHaveDuplicates()
                .containsAll(table.held())
                .containsAll(table.leftOut());
    }

    @Test
    void whatIsLeftOutHasNoTest() throws Exception {
        NodeTable table = new NodeTable(ROOT);
        assertThat(table.leftOut()).doesNotContainAnyElementsOf(table.held());
    }
}
