package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RunningServerTest {
    static List<Contender> contenders() {
        return Contenders.all();
    }

    @ParameterizedTest
    @MethodSource("contenders")
    @Tag("slow")
    void everySystemAnswersAsAgreedAndLeavesNothingBehind(Contender contender) {
        assumeThat(contender.installed()).isTrue();
        RunningServer server = RunningServer.start(contender);
        List<ProcessHandle> members = server.processes().members().toList();

        server.close();

        assertThat(members).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void aServerThatEndsIsNamedWithWhatItPrinted() {
        assertThatThrownBy(() -> RunningServer.start(shell("echo no such luck; exit 3")))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("a shell")
                .hasMessageContaining("no such luck");
    }

    private static Contender shell(String script) {
        return new Contender("shell", "a shell", "sh", (port, directory) -> List.of("sh", "-c", script));
    }
}
