package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StopResult;
import dev.handoff.master.StopSequence.Phase;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StopSequenceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - SECOND;

    private final StopSequence stop = new StopSequence(ClusterSettings.defaults()
            .with(Setting.STOP_DELAY, Duration.ofSeconds(5))
            .with(Setting.DRAIN_LIMIT, Duration.ofSeconds(20)));

    @BeforeEach
    void order() {
        stop.enter(Phase.ANNOUNCED, NOW);
    }

    @Test
    void nothingIsClosedUnordered() {
        StopSequence unordered = new StopSequence(ClusterSettings.defaults());
        assertThat(unordered.isOrdered()).isFalse();
        assertThat(unordered.keepsTheNumber(true)).isTrue();
        assertThat(unordered.mayClose(NOW)).isFalse();
    }

    @Test
    void listensOnForTheDelay() {
        assertThat(stop.isOrdered()).isTrue();
        assertThat(stop.keepsTheNumber(true)).isTrue();
        assertThat(stop.mayClose(NOW + 4 * SECOND)).isFalse();
        assertThat(stop.mayClose(NOW + 5 * SECOND)).isTrue();
    }

    @Test
    void startsAWorkerWhileItClosesIfNobodyElseCouldServe() {
        stop.enter(Phase.CLOSING, NOW);
        assertThat(stop.keepsTheNumber(false)).isTrue();
        assertThat(stop.isAlmostOver()).isFalse();
        stop.enter(Phase.DRAINING, NOW);
        assertThat(stop.keepsTheNumber(false)).isFalse();
        assertThat(stop.isAlmostOver()).isTrue();
    }

    @Test
    void doesNotWaitForTheAcceptorForEver() {
        stop.enter(Phase.CLOSING, NOW);
        assertThat(stop.keepsTheNumber(true)).isFalse();
        assertThat(stop.isClosingOverdue(NOW + 19 * SECOND)).isFalse();
        assertThat(stop.isClosingOverdue(NOW + 20 * SECOND)).isTrue();
        stop.enter(Phase.DRAINING, NOW);
        assertThat(stop.isClosingOverdue(NOW + 30 * SECOND)).isFalse();
    }

    @Test
    void countsWhatWasNotGraceful() {
        assertThat(stop.result().graceful()).isTrue();
        stop.countForced();
        stop.countCut(2);
        stop.countCut(3);
        assertThat(stop.result()).isEqualTo(new StopResult(1, 5));
    }
}
