package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.workers.ClusterEvents;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PunctualityTest {
    private static final long NOW = Long.MAX_VALUE - 5;

    private final Punctuality master = new Punctuality(new ClusterEvents(), NOW);

    @Test
    void ordinaryDelaysAreForgiven() {
        long later = NOW + Punctuality.TICK_NANOS + Duration.ofMillis(499).toNanos();
        master.pass(later);
        assertThat(master.sinceNanos()).isEqualTo(NOW);
    }

    @Test
    void afterAFreezeEverythingIsJudgedAnew() {
        long thawed = NOW + Duration.ofMinutes(1).toNanos();
        master.pass(thawed);
        master.pass(thawed + 1);
        assertThat(master.sinceNanos()).isEqualTo(thawed);
    }
}
