package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares();

    @Test
    void whoIsAloneHasAll() {
        assertThat(shares.ofNew(7, false)).isEqualTo(7);
        assertThat(shares.ofHandedBack(7, true)).isEqualTo(7);
    }

    @Test
    void whereBothWaitEachHasHalfAndTheOddOneGoesToAndFro() {
        assertThat(shares.ofNew(8, true)).isEqualTo(4);
        assertThat(shares.ofNew(7, true) + shares.ofNew(7, true)).isEqualTo(7);
        assertThat(shares.ofNew(1, true) + shares.ofNew(1, true)).isEqualTo(1);
    }

    @Test
    void halfIsLeftOverForClientsThatWereNotLookedFor() {
        assertThat(shares.ofHandedBack(8, false)).isEqualTo(4);
        assertThat(shares.ofHandedBack(1, false)).isZero();
    }
}
