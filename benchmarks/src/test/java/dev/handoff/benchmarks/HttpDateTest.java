package dev.handoff.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HttpDateTest {
    private final HttpDate date = new HttpDate();

    @Test
    void isWrittenAsHttpWantsIt() {
        assertThat(date.at(784_111_777).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void isFormattedOnceASecond() {
        assertThat((Object) date.at(1_000)).isSameAs(date.at(1_000)).isNotSameAs(date.at(1_001));
    }
}
