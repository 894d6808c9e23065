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
        assertThat(unordered.keepsTheNumber()).isTrue();
        assertThat(unordered.mayClose(true, false, NOW)).isFalse();
    }

    @Test
    void listensOnForTheDelay() {
        assertThat(stop.isOrdered()).isTrue();
        assertThat(stop.keepsTheNumber()).isTrue();
        assertThat(stop.mayClose(true, false, NOW + 4 * SECOND)).isFalse();
        assertThat(stop.mayClose(true, false, NOW + 5 * SECOND)).isTrue();
    }

    @Test
    void waitsForAWorkerThatStartsIfNobodyElseCouldServe() {
        assertThat(stop.mayClose(false, true, NOW + 6 * SECOND)).isFalse();
        assertThat(stop.mayClose(false, false, NOW + 6 * SECOND)).isTrue();
        assertThat(stop.mayClose(false, true, NOW + 25 * SECOND)).isTrue();
    }

    @Test
    void doesNotWaitForTheAcceptorForEver() {
        stop.enter(Phase.CLOSING, NOW);
        assertThat(stop.keepsTheNumber()).isFalse();
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
