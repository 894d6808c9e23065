package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CpuTimesTest {
    @Test
    void countsWhatAllCoresDidAndWhatAHypervisorTook() {
        String stat = """
                cpu  1000 200 30 999999 888888 4 5 6 77777 66666
                cpu0 1 1 1 1 1 1 1 1 1 1
                """;

        assertThat(CpuTimes.machine(stat)).isEqualTo(Duration.ofMillis(10L * (1000 + 200 + 30 + 4 + 5 + 6)));
    }

    @Test
    void comparesTwoMoments() {
        CpuTimes before = new CpuTimes(Duration.ofMillis(100), Duration.ofMillis(20));
        CpuTimes after = new CpuTimes(Duration.ofMillis(450), Duration.ofMillis(50));

        assertThat(after.since(before)).isEqualTo(new CpuTimes(Duration.ofMillis(350), Duration.ofMillis(30)));
    }
}
