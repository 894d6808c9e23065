package dev.handoff.netty.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyRateTest {
    /* A tick is a fifth of a second: 100 bytes a second are 20 a tick. */
    private final BodyRate rate = new BodyRate(50, 100);

    @Test
    void silenceUsesTheTimeUp() {
        rate.waited(20);
        assertThat(rate.ticksLeft()).isEqualTo(30);
        rate.waited(40);
        assertThat(rate.ticksLeft()).isZero();
    }

    @Test
    void bytesEarnTimeButNeverMoreThanTheFirst() {
        rate.waited(20);
        rate.received(200);
        assertThat(rate.ticksLeft()).isEqualTo(40);
        rate.received(1_000_000_000_000L);
        assertThat(rate.ticksLeft()).isEqualTo(50);
    }

    @Test
    void exactlyTheRateLastsForEverAndLessDoesNot() {
        for (int second = 0; second < 1000; second++) {
            rate.waited(5);
            rate.received(100);
        }
        assertThat(rate.ticksLeft()).isEqualTo(50);
        for (int second = 0; second < 100; second++) {
            rate.waited(5);
            rate.received(80);
        }
        assertThat(rate.ticksLeft()).isZero();
        rate.reset();
        assertThat(rate.ticksLeft()).isEqualTo(50);
    }
}
