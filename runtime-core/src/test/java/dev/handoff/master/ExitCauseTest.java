package dev.handoff.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.process.ExitStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCauseTest {
    @ParameterizedTest
    @CsvSource({
        "0, true, drained",
        "0, false, left by itself",
        "3, false, exit code 3",
        "70, false, wire version",
        "71, false, master gone",
        "72, false, start threw",
        "9, false, exit code 9",
        "137, false, killed from outside",
        "143, true, terminated",
        "143, false, terminated from outside",
        "139, false, signal SEGV"
    })
    void tellsWhyFromTheStatus(int code, boolean asked, String cause) {
        assertThat(ExitCause.of(ExitStatus.of(code), asked, true, false, false, List.of()))
                .isEqualTo(cause);
    }

    @Test
    void aMainThatIsMissingIsQuoted() {
        List<String> lines = List.of(
                "Picked up JAVA_TOOL_OPTIONS: -Da=b",
                "Error: Could not find or load main class Nowhere",
                "Caused by: java.lang.ClassNotFoundException: Nowhere");
        assertThat(ExitCause.of(ExitStatus.of(1), false, false, false, false, lines))
                .isEqualTo("JVM did not start: Error: Could not find or load main class Nowhere");
    }

    @Test
    void aComplaintOfUnknownFormIsTheLastLine() {
        List<String> lines = List.of("warning", "no main manifest attribute, in app.jar");
        assertThat(ExitCause.of(ExitStatus.of(1), false, false, false, false, lines))
                .isEqualTo("JVM did not start: no main manifest attribute, in app.jar");
    }

    @Test
    void aPortThatIsTakenBeforeTheWorkerSaidHelloIsHeldAgainstAnAgent() {
        List<String> lines = List.of(
                "Exception in thread \"main\" java.lang.reflect.InvocationTargetException",
                "Caused by: java.net.BindException: Address already in use",
                "FATAL ERROR in native method: processing of -javaagent failed, processJavaStart failed");
        for (ExitStatus status : List.of(ExitStatus.of(1), ExitStatus.of(134))) {
            assertThat(ExitCause.of(status, false, false, false, false, lines))
                    .contains("jvm.drop and jvm.add, where {port:9400} is the next free one");
            assertThat(ExitCause.of(status, false, true, false, false, lines)).doesNotContain("jvm.add");
        }
    }

    @Test
    void anUncaughtExceptionIsQuoted() {
        List<String> lines = List.of("at work", "Exception in thread \"main\" java.lang.Error: no", "\tat Main.main");
        assertThat(ExitCause.of(ExitStatus.of(1), false, true, false, false, lines))
                .isEqualTo("uncaught exception: Exception in thread \"main\" java.lang.Error: no");
    }

    @Test
    void theJvmSaysThatItsHeapIsFull() {
        List<String> lines = List.of("Terminating due to java.lang.OutOfMemoryError: Java heap space");
        assertThat(ExitCause.of(ExitStatus.of(3), false, true, false, false, lines))
                .isEqualTo("out of memory: heap");
    }

    @Test
    void aCrashNamesItsReport() {
        List<String> lines =
                List.of("# An error report file with more information is saved as:", "# /x/hs_err_pid7.log");
        assertThat(ExitCause.of(ExitStatus.of(134), false, true, false, false, lines))
                .isEqualTo("JVM crash: /x/hs_err_pid7.log");
    }

    @Test
    void whoKilledIsTold() {
        assertThat(ExitCause.of(ExitStatus.of(137), true, true, true, false, List.of()))
                .isEqualTo("killed by us");
        assertThat(ExitCause.of(ExitStatus.of(137), false, true, false, true, List.of()))
                .isEqualTo("out of memory: kernel");
    }
}
