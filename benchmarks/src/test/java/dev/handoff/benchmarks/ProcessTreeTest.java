package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessTreeTest {
    private static final String BURN = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    private static final Duration BURNT_AT_LEAST = Duration.ofMillis(20);

    @Test
    void addsUserAndSystemTimeOfAProcessAndOfTheChildrenItWaitedFor() {
        String stat = "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 31 0 12345 67 89";

        assertThat(ProcessTree.ticks(stat)).isEqualTo(100 + 20 + 3 + 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                BURN + "; echo burnt; sleep 60",
                "(" + BURN + "; echo burnt; sleep 60) & wait",
                "(" + BURN + "); echo burnt; sleep 60",
            })
    void countsTheProcessItselfItsLivingChildrenAndTheDeadOnes(String script) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", script).start();
        ProcessTree tree = new ProcessTree(shell.toHandle());
        try (BufferedReader output = shell.inputReader()) {
            assertThat(output.readLine()).isEqualTo("burnt");

            assertThat(tree.cpu()).isGreaterThan(BURNT_AT_LEAST);
        } finally {
            List<ProcessHandle> members = tree.members().toList();
            members.forEach(ProcessHandle::destroyForcibly);
            await().until(() -> members.stream().noneMatch(ProcessHandle::isAlive));
        }
    }
}
