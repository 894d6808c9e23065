package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SpreadTest {
    @Test
    void theMedianIsTheOneInTheMiddle() {
        assertThat(Spread.of(5, 100, 1)).isEqualTo(new Spread(1, 5, 100));
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(4, 1, 2, 100)).isEqualTo(new Spread(1, 3, 100));
    }

    @Test
    void ofNothingThereIsNone() {
        assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
    }
}
