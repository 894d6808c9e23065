package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.wire.ControlFrame.Tickets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TicketRotationTest {
    private static final long BEGIN = -500;
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final TicketRotation rotation = new TicketRotation(Duration.ofHours(1), BEGIN);

    @Test
    void secretStaysForItsTime() {
        Tickets first = rotation.current();
        assertThat(rotation.advance(BEGIN + HOUR - 1)).isFalse();
        assertThat(rotation.current()).isEqualTo(first);
        assertThat(rotation.advance(BEGIN + HOUR)).isTrue();
        assertThat(rotation.current()).isNotEqualTo(first);
        assertThat(rotation.advance(BEGIN + HOUR + 1)).isFalse();
    }

    @Test
    void timeThatWasSleptAwayIsMadeUpForOnce() {
        assertThat(rotation.advance(BEGIN + 10 * HOUR)).isTrue();
        assertThat(rotation.advance(BEGIN + 10 * HOUR)).isFalse();
        assertThat(rotation.advance(BEGIN + 11 * HOUR)).isTrue();
    }
}
