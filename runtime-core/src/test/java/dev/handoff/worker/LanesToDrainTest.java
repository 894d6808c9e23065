package dev.handoff.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanesToDrainTest {
    private final LanesToDrain lanes = new LanesToDrain();

    @Test
    void aLaneThatFailsBehindItsLastConnectionCountsOnce() {
        lanes.begin(2);
        assertThat(lanes.drained(0)).isFalse();
        assertThat(lanes.drained(0)).isFalse();
        assertThat(lanes.drained(1)).isTrue();
        assertThat(lanes.drained(1)).isFalse();
        assertThat(lanes.drained(0)).isFalse();
    }
}
