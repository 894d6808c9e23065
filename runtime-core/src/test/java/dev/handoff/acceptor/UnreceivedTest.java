package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnreceivedTest {
    private final Unreceived unreceived = new Unreceived(3);

    @Test
    void theLaneThatWaitsLongestCounts() {
        assertThat(unreceived.longest(50)).isEmpty();
        unreceived.since(2, 30);
        unreceived.since(0, 40);
        assertThat(unreceived.longest(50)).hasValue(30);
        unreceived.nothing(2);
        assertThat(unreceived.longest(50)).hasValue(40);
        unreceived.nothing(0);
        assertThat(unreceived.longest(50)).isEmpty();
    }

    @Test
    void theClockMayWrapAndPassZero() {
        unreceived.since(0, Long.MIN_VALUE + 5);
        unreceived.since(1, Long.MAX_VALUE - 5);
        assertThat(unreceived.longest(Long.MIN_VALUE + 9)).hasValue(Long.MAX_VALUE - 5);
        unreceived.nothing(0);
        unreceived.since(1, 0);
        assertThat(unreceived.longest(9)).hasValue(1);
    }
}
