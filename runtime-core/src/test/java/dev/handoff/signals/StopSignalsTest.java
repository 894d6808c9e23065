package dev.handoff.signals;

import static dev.handoff.signals.StopSignals.Meaning.AT_ONCE;
import static dev.handoff.signals.StopSignals.Meaning.SAME_ORDER;
import static dev.handoff.signals.StopSignals.Meaning.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a signal is a second order to stop. */
class StopSignalsTest {
    private static final long HALF_A_SECOND = StopSignals.ONE_ORDER.toNanos();

    private final StopSignals signals = new StopSignals();

    @Test
    void signalsWithinHalfASecondAreOneOrder() {
        long first = Long.MAX_VALUE - 10; // the clock may wrap
        assertThat(signals.take(first)).isEqualTo(STOP);
        assertThat(signals.take(first)).isEqualTo(SAME_ORDER);
        assertThat(signals.take(first + HALF_A_SECOND - 1)).isEqualTo(SAME_ORDER);
    }

    @Test
    void eachLaterSignalIsASecondOrder() {
        assertThat(signals.take(0)).isEqualTo(STOP);
        assertThat(signals.take(HALF_A_SECOND - 1)).isEqualTo(SAME_ORDER);
        assertThat(signals.take(HALF_A_SECOND)).isEqualTo(AT_ONCE);
        assertThat(signals.take(100 * HALF_A_SECOND)).isEqualTo(AT_ONCE);
    }

    /** Two signals may be handled by two threads, of which the later one may win. */
    @Test
    void aSignalThatArrivedBeforeTheFirstOneThatWasTakenIsTheSameOrder() {
        assertThat(signals.take(1_000)).isEqualTo(STOP);
        assertThat(signals.take(900)).isEqualTo(SAME_ORDER);
    }
}
