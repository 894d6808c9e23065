package dev.handoff.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ExitStatus.Exited;
import dev.handoff.process.ExitStatus.Signaled;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitStatusTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 70, 127, 128, 160, 192, 255})
    void codesOutsideTheSignalsAreCodes(int value) {
        assertThat(ExitStatus.of(value)).isEqualTo(new Exited(value));
    }

    @ParameterizedTest
    @CsvSource({"129, HUP", "130, INT", "134, ABRT", "137, KILL", "139, SEGV", "143, TERM", "159, SYS"})
    void a128MoreReadsAsSignal(int value, Signal signal) {
        assertThat(ExitStatus.of(value)).isEqualTo(new Signaled(signal));
    }

    @Test
    void theNumberComesBack() {
        assertThat(IntStream.rangeClosed(0, 255))
                .allSatisfy(value -> assertThat(ExitStatus.of(value).code()).isEqualTo(value));
    }

    @Test
    void onlyZeroIsSuccess() {
        assertThat(IntStream.rangeClosed(0, 255)
                        .filter(value -> ExitStatus.of(value).isSuccess()))
                .containsExactly(0);
    }

    @ParameterizedTest
    @EnumSource(Signal.class)
    void aSignalIsFoundByItsNumber(Signal signal) {
        assertThat(Signal.of(signal.number())).contains(signal);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 32, 64})
    void otherNumbersAreNoSignals(int number) {
        assertThat(Signal.of(number)).isEmpty();
    }
}
