package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OldestUnansweredTest {
    private final OldestUnanswered unanswered = new OldestUnanswered(3);

    @Test
    void theLaneThatWaitsLongestCounts() {
        assertThat(unanswered.oldest(50)).isEmpty();
        unanswered.since(2, 30);
        unanswered.since(0, 40);
        assertThat(unanswered.oldest(50)).hasValue(30);
        unanswered.answered(2);
        assertThat(unanswered.oldest(50)).hasValue(40);
        unanswered.answered(0);
        assertThat(unanswered.oldest(50)).isEmpty();
    }

    @Test
    void theClockMayWrapAndPassZero() {
        unanswered.since(0, Long.MIN_VALUE + 5);
        unanswered.since(1, Long.MAX_VALUE - 5);
        assertThat(unanswered.oldest(Long.MIN_VALUE + 9)).hasValue(Long.MAX_VALUE - 5);
        unanswered.answered(0);
        unanswered.since(1, 0);
        assertThat(unanswered.oldest(9)).hasValue(1);
    }
}
