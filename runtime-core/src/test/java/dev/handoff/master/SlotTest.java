package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.master.Slot.Loss;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlotTest {
    private static final long WAIT = Duration.ofMillis(100).toNanos();
    // Near the end of the range, where a comparison of two readings of the clock goes wrong.
    private static final long NOW = Long.MAX_VALUE - 10;

    private static final int GENERATION = 5;

    private final Slot slot = new Slot(3, new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), 9, () -> 0), NOW);

    @Test
    void isDueAtOnceWhenNew() {
        assertThat(slot.number()).isEqualTo(3);
        assertThat(slot.isDue(GENERATION, NOW)).isTrue();
    }

    @Test
    void aFailureWaits() {
        assertThat(slot.lost(GENERATION, Loss.FAILURE, NOW)).isEqualTo(WAIT);
        assertThat(slot.isDue(GENERATION, NOW + WAIT - 1)).isFalse();
        assertThat(slot.isDue(GENERATION, NOW + WAIT)).isTrue();
        assertThat(slot.lost(GENERATION, Loss.FAILURE, NOW + WAIT)).isEqualTo(2 * WAIT);
        assertThat(slot.failures()).isEqualTo(2);
    }

    @Test
    void theFirstDeathAfterAGoodRunIsReplacedAtOnce() {
        slot.lost(GENERATION, Loss.FAILURE, NOW);
        assertThat(slot.lost(GENERATION, Loss.AFTER_GOOD_RUN, NOW)).isZero();
        assertThat(slot.isDue(GENERATION, NOW)).isTrue();
        assertThat(slot.lost(GENERATION, Loss.FAILURE, NOW)).isEqualTo(WAIT);
    }

    @Test
    void aKillFromOutsideIsReplacedAtOnceAndForgetsNothing() {
        slot.lost(GENERATION, Loss.FAILURE, NOW);
        assertThat(slot.lost(GENERATION, Loss.KILLED_FROM_OUTSIDE, NOW)).isZero();
        assertThat(slot.isDue(GENERATION, NOW)).isTrue();
        assertThat(slot.lost(GENERATION, Loss.FAILURE, NOW)).isEqualTo(2 * WAIT);
    }

    @Test
    void noOtherOfARefusedGenerationIsTried() {
        assertThat(slot.lost(GENERATION, Loss.REFUSED, NOW)).isZero();
        assertThat(slot.isDue(GENERATION, NOW + Duration.ofDays(1).toNanos())).isFalse();
        assertThat(slot.isDue(GENERATION + 1, NOW)).isTrue();
    }

    @Test
    void healingStartsAnew() {
        slot.lost(GENERATION, Loss.FAILURE, NOW);
        slot.heal(NOW);
        assertThat(slot.isDue(GENERATION, NOW)).isTrue();
        assertThat(slot.failures()).isZero();
    }

    @Test
    void isToldOnceToBeErroredUntilItHeals() {
        assertThat(slot.isAiling()).isFalse();
        assertThat(slot.tellErrored()).isTrue();
        assertThat(slot.tellErrored()).isFalse();
        slot.startAnew(NOW);
        assertThat(slot.isAiling())
                .as("another generation has proved nothing yet")
                .isTrue();
        slot.heal(NOW);
        assertThat(slot.isAiling()).isFalse();
        assertThat(slot.tellErrored()).isTrue();
    }

    @Test
    void moreThanSixtyKillsAMinuteAreForgivenNoMore() {
        RecentKills kills = new RecentKills();
        long second = Duration.ofSeconds(1).toNanos();
        for (int kill = 0; kill < RecentKills.MOST; kill++) {
            assertThat(kills.forgive(NOW + kill)).isTrue();
        }
        assertThat(kills.forgive(NOW + second)).isFalse();
        assertThat(kills.forgive(NOW + 61 * second)).isTrue();
    }
}
