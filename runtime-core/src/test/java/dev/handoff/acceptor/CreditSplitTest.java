package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CreditSplitTest {
    private final CreditSplit split = new CreditSplit();

    @Test
    void oneKindAloneHasAll() {
        assertThat(split.ofNew(7, false)).isEqualTo(7);
        assertThat(split.ofHandedBack(7, true)).isEqualTo(7);
    }

    @Test
    void whereBothWaitEachHasHalfAndTheOddOneGoesToAndFro() {
        assertThat(split.ofNew(8, true)).isEqualTo(4);
        assertThat(split.ofNew(7, true) + split.ofNew(7, true)).isEqualTo(7);
        assertThat(split.ofNew(1, true) + split.ofNew(1, true)).isEqualTo(1);
    }

    @Test
    void halfIsLeftOverForClientsThatWereNotLookedFor() {
        assertThat(split.ofHandedBack(8, false)).isEqualTo(4);
        assertThat(split.ofHandedBack(1, false)).isZero();
    }
}
