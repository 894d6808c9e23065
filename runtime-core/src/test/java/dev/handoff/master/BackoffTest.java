package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int NEVER = Integer.MAX_VALUE;

    @Test
    void doublesUpToItsLimit() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NEVER, () -> 0);
        assertThat(LongStream.range(0, 11).map(turn -> backoff.failed() / 1_000_000))
                .containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 6_400L, 12_800L, 25_600L, 30_000L, 30_000L);
    }

    @Test
    void isTheLongestAfterSoManyFailuresAtTheLatest() {
        Backoff backoff = new Backoff(FIRST, LONGEST, 3, () -> 0);
        assertThat(LongStream.range(0, 4).map(turn -> backoff.failed() / 1_000_000))
                .containsExactly(100L, 200L, 30_000L, 30_000L);
    }

    @Test
    void jitterOnlyLengthens() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NEVER, () -> 0.999);
        assertThat(backoff.failed() / 1_000_000).isBetween(124L, 125L);
    }

    @Test
    void aCrashLoopForksAtMostTenTimesInItsFirstMinute() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NEVER, () -> 0);
        long forks = 1;
        for (long at = backoff.failed(); at < Duration.ofMinutes(1).toNanos(); at += backoff.failed()) {
            forks++;
        }
        assertThat(forks).isLessThanOrEqualTo(10);
    }

    @Test
    void beginsAnewOnceCleared() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NEVER, () -> 0);
        backoff.failed();
        backoff.failed();
        assertThat(backoff.failures()).isEqualTo(2);
        backoff.clear();
        assertThat(backoff.failures()).isZero();
        assertThat(backoff.failed()).isEqualTo(FIRST.toNanos());
    }

    @Test
    void aFirstWaitAboveTheLongestIsCut() {
        assertThat(new Backoff(LONGEST, FIRST, NEVER, () -> 0).failed()).isEqualTo(FIRST.toNanos());
    }
}
