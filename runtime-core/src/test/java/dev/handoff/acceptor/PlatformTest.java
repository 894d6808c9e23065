package dev.handoff.acceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.handoff.cluster.StartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, x86_64", "Linux, aarch64"})
    void linuxWillDo(String system, String architecture) {
        assertThatCode(() -> Platform.check(system, architecture)).doesNotThrowAnyException();
    }

    @Test
    void aDirectoryWhoseNameTheJdkHasLostIsNamed() {
        StartException failure = catchThrowableOfType(
                StartException.class, () -> Platform.checkDirectory("/srv/gr\ufffd\ufffd", "ANSI_X3.4-1968"));
        assertThat(failure.exitCode()).isEqualTo(13);
        assertThat(failure).hasMessageContainingAll("/srv/gr", "ANSI_X3.4-1968", "LC_ALL=C.UTF-8");
        assertThatCode(() -> Platform.checkDirectory("/srv/gr\u00fcn", "UTF-8")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X, aarch64", "Windows 11, amd64", "Linux, s390x"})
    void elsewhereOneSentenceSaysSo(String system, String architecture) {
        StartException failure = catchThrowableOfType(StartException.class, () -> Platform.check(system, architecture));
        assertThat(failure.exitCode()).isEqualTo(13);
        assertThat(failure).hasMessageContaining(system + " " + architecture);
    }
}
