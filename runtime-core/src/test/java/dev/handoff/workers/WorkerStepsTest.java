package dev.handoff.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.WorkerState;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkerStepsTest {
    /** Of a worker that is supervised, and of one that the program has forked. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SUPERVISED | STARTING    | ONLINE,DRAINING,TERMINATING,KILLING,EXITED
                    SUPERVISED | ONLINE      | PROBING,DRAINING,TERMINATING,KILLING,EXITED
                    SUPERVISED | PROBING     | READY,DRAINING,TERMINATING,KILLING,EXITED
                    SUPERVISED | READY       | SUSPECT,DRAINING,TERMINATING,KILLING,EXITED
                    SUPERVISED | SUSPECT     | READY,DRAINING,TERMINATING,KILLING,EXITED
                    SUPERVISED | DRAINING    | TERMINATING,KILLING,EXITED
                    SUPERVISED | TERMINATING | KILLING,EXITED
                    SUPERVISED | KILLING     | EXITED
                    SUPERVISED | EXITED      |
                    FORKED     | STARTING    | ONLINE,DRAINING,TERMINATING,KILLING,EXITED
                    FORKED     | ONLINE      | READY,DRAINING,TERMINATING,KILLING,EXITED
                    FORKED     | PROBING     | DRAINING,TERMINATING,KILLING,EXITED
                    FORKED     | READY       | DRAINING,TERMINATING,KILLING,EXITED
                    FORKED     | SUSPECT     | DRAINING,TERMINATING,KILLING,EXITED
                    FORKED     | DRAINING    | TERMINATING,KILLING,EXITED
                    FORKED     | TERMINATING | KILLING,EXITED
                    FORKED     | KILLING     | EXITED
                    FORKED     | EXITED      |
                    """)
    void onlyTheStepsOfTheDiagramAreLegal(WorkerSteps steps, WorkerState from, String allowed) {
        EnumSet<WorkerState> legal = EnumSet.noneOf(WorkerState.class);
        if (allowed != null) {
            Arrays.stream(allowed.split(",")).map(WorkerState::valueOf).forEach(legal::add);
        }
        for (WorkerState to : WorkerState.values()) {
            assertThat(steps.isLegal(from, to)).as("%s to %s", from, to).isEqualTo(legal.contains(to));
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
