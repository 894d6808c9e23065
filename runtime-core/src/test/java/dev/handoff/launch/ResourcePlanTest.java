package dev.handoff.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcePlanTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({
        "1, 2, 123, 25",
        "1, 4,  41, 16",
        "2, 2, 369, 56",
        "2, 4, 189, 34",
        "2, 8,  70, 19",
        "4, 2, 860, 118",
        "4, 4, 484, 71",
        "4, 8, 233, 39",
        "256, 2, 8192, 7859"
    })
    void heapAndDirectMemory(int gibibytes, int workers, long heap, long direct) {
        ResourcePlan plan = plan(gibibytes, workers);
        assertThat(JvmSize.mebibytes(plan.heap())).isEqualTo(heap);
        assertThat(JvmSize.mebibytes(plan.direct())).isEqualTo(direct);
        assertThat(plan.warnings()).isEmpty();
    }

    @Test
    void theStartLineSaysAllOfIt() {
        assertThat(plan(2, 4).startLine())
                .startsWith(
                        "memory 2.0 GiB (cgroup): master 160 + 5 × 337 MiB (heap 189, direct 34, other 114); processors ");
        assertThat(ResourcePlan.divide(new Machine(2 * GIB, false, 2), 4, 1, 2, flags())
                        .startLine())
                .startsWith("memory 2.0 GiB (machine): master 160 + 7 × ");
    }

    @Test
    void theStartLineSaysHowManyProcessorsAWorkerCounts() {
        Machine machine = new Machine(2 * GIB, true, 8);
        assertThat(ResourcePlan.divide(machine, 4, 1, 0, flags()).startLine())
                .endsWith("; processors 8: -XX:ActiveProcessorCount=4");
        assertThat(ResourcePlan.divide(machine, 4, 1, 0, flags("-XX:ActiveProcessorCount=8"))
                        .startLine())
                .endsWith("; processors 8");
    }

    @Test
    void tooManyWorkersGetTheLeastHeapAndAWarningWithTheMostThatFit() {
        ResourcePlan plan = plan(1, 8);
        assertThat(JvmSize.format(plan.heap())).isEqualTo("24m");
        assertThat(plan.warnings())
                .containsExactly(
                        "8 workers do not fit: 1.0 GiB divided among 9 processes leave less than 24 MiB of heap"
                                + " each; at most 4 fit");
        assertThat(plan(1, 4).warnings()).isEmpty();
        assertThat(plan(1, 5).warnings()).hasSize(1);
    }

    @Test
    void aMachineTooSmallForOneSaysSo() {
        ResourcePlan plan = ResourcePlan.divide(new Machine(128 * JvmSize.MIB, true, 2), 2, 1, 0, flags());
        assertThat(plan.warnings()).singleElement().asString().endsWith("not even one fits");
        assertThat(JvmSize.format(plan.heap())).isEqualTo("24m");
        assertThat(JvmSize.format(plan.direct())).isEqualTo("16m");
    }

    @Test
    void aTypedHeapIsKeptAndWarnedAboutIfItDoesNotFit() {
        ResourcePlan fits = plan(2, 4, "-Xmx100m");
        assertThat(JvmSize.format(fits.heap())).isEqualTo("100m");
        assertThat(fits.warnings()).isEmpty();
        assertThat(plan(2, 4, "-Xmx1g").warnings())
                .containsExactly("a heap of 1024 MiB is too large: 5 processes of 1171 MiB each need more than the 1683"
                        + " MiB that 2.0 GiB leave beside the master; -Xmx189m would fit");
        assertThat(plan(1, 8, "-Xmx1g").warnings()).singleElement().asString().endsWith("ask for fewer workers");
    }

    @ParameterizedTest
    @CsvSource({
        "-XX:MaxRAMPercentage=50,   168m",
        "-XX:MaxRAMPercentage=50.0, 168m",
        "-XX:MaxRAMFraction=4,      84m",
        "-XX:MaxRAMPercentage=1,    24m"
    })
    void aPercentageIsOneOfTheShare(String flag, String heap) {
        assertThat(JvmSize.format(plan(2, 4, flag).heap())).isEqualTo(heap);
    }

    @Test
    void typedDirectMemoryIsKept() {
        ResourcePlan plan = plan(2, 4, "-XX:MaxDirectMemorySize=64m");
        assertThat(JvmSize.format(plan.direct())).isEqualTo("64m");
        assertThat(JvmSize.format(plan.heap())).isEqualTo("159m");
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 0", "2, 2, 0", "2, 8, 0", "4, 2, 0", "4, 4, 2", "8, 3, 6", "8, 4, 4", "16, 8, 4", "64, 256, 2"})
    void processorsAreSharedTwofoldButNeverOneAlone(int cpus, int workers, int each) {
        assertThat(ResourcePlan.divide(new Machine(8 * GIB, false, cpus), workers, 1, 0, flags())
                        .activeProcessors()
                        .orElse(0))
                .isEqualTo(each);
    }

    @Test
    void thisMachineIsKnown() {
        Machine machine = Machine.ofThisProcess();
        assertThat(machine.memory()).isGreaterThan(128 * JvmSize.MIB);
        assertThat(machine.cpus()).isPositive();
    }

    private static ResourcePlan plan(int gibibytes, int workers, String... typed) {
        return ResourcePlan.divide(new Machine(gibibytes * GIB, true, 2), workers, 1, 0, flags(typed));
    }

    private static TypedFlags flags(String... typed) {
        return new TypedFlags(List.of(typed), Map.of(), List.of());
    }
}
