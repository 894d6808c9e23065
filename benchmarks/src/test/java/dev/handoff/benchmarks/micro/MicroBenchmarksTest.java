package dev.handoff.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

final class MicroBenchmarksTest {
    @Test
    void everyBenchmarkRunsOnce() throws RunnerException {
        Options once = new OptionsBuilder()
                .include(MicroBenchmarksTest.class.getPackageName())
                .param("policy", "round-robin")
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();

        assertThat(new Runner(once)
                        .run().stream()
                                .map(result ->
                                        result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)\\.\\w+$", "$1"))
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "ClusterBenchmark",
                        "ControlBenchmark",
                        "LaneBenchmark",
                        "SchedulerBenchmark",
                        "ScoreboardBenchmark");
    }
}
