package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private static final List<String> ALL = List.of("a", "b", "c", "d");

    @Test
    void theFirstRoundIsInTheGivenOrder() {
        assertThat(Turns.order(ALL, 1)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void everySecondRoundGoesBackwards() {
        assertThat(Turns.order(ALL, 2)).containsExactly("a", "d", "c", "b");
        assertThat(Turns.order(ALL, 3)).containsExactly("c", "d", "a", "b");
    }

    @Test
    void everyRoundHasEverybodyOnce() {
        assertThat(IntStream.rangeClosed(1, 9).mapToObj(round -> Turns.order(ALL, round)))
                .allSatisfy(order -> assertThat(order).containsExactlyInAnyOrderElementsOf(ALL));
    }
}
