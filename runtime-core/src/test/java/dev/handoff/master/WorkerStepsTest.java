package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.WorkerState;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkerStepsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    STARTING    | ONLINE,DRAINING,TERMINATING,KILLING,EXITED
                    ONLINE      | PROBING,DRAINING,TERMINATING,KILLING,EXITED
                    PROBING     | READY,DRAINING,TERMINATING,KILLING,EXITED
                    READY       | SUSPECT,DRAINING,TERMINATING,KILLING,EXITED
                    SUSPECT     | READY,DRAINING,TERMINATING,KILLING,EXITED
                    DRAINING    | TERMINATING,KILLING,EXITED
                    TERMINATING | KILLING,EXITED
                    KILLING     | EXITED
                    EXITED      |
                    """)
    void onlyTheStepsOfTheDiagramAreLegal(WorkerState from, String allowed) {
        EnumSet<WorkerState> legal = EnumSet.noneOf(WorkerState.class);
        if (allowed != null) {
            Arrays.stream(allowed.split(",")).map(WorkerState::valueOf).forEach(legal::add);
        }
        for (WorkerState to : WorkerState.values()) {
            assertThat(WorkerSteps.isLegal(from, to)).as("%s to %s", from, to).isEqualTo(legal.contains(to));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyStateIsOfOneKind(WorkerState state) {
        assertThat(new boolean[] {
                    WorkerSteps.isStarting(state), WorkerSteps.isServing(state), WorkerSteps.isLeaving(state)
                })
                .containsOnlyOnce(true);
    }
}
