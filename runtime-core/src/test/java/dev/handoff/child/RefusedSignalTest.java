package dev.handoff.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.handoff.process.ChildProcessException;
import dev.handoff.process.ChildProcessException.Reason;
import dev.handoff.process.NodeTest;
import dev.handoff.process.Signal;
import dev.handoff.process.SpawnOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Children that the kernel does not let us end, such as another user's. */
@Timeout(60)
class RefusedSignalTest {
    private static ChildProcessException failureOf(SpawnOptions options) {
        try (Child child = ChildStarter.startCollecting(options.killSignal(Signal.USR1), RefusedSignalTest::refuse)) {
            ChildProcessException failure = catchThrowableOfType(ChildProcessException.class, () -> {
                try {
                    child.output().get(20, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    throw e.getCause();
                }
            });
            assertThat(child.exitStatus()).isEmpty();
            assertThat(child.killed()).isFalse();
            assertThat(failure).hasMessageContainingAll("goes on", "cannot send USR1 to pid " + child.pid(), "EPERM");
            return failure;
        }
    }

    private static void refuse(long pid, int number) throws IOException {
        throw new IOException("EPERM");
    }

    @Test
    @NodeTest("test-child-process-exec-kill-throws.js")
    void whoWaitsForAChildThatCannotBeEndedIsToldAtOnce() {
        SpawnOptions sleep = SpawnOptions.of("sleep", "60");
        assertThat(failureOf(sleep.timeout(Duration.ofMillis(100))).reason()).isEqualTo(Reason.TIMED_OUT);
        SpawnOptions talk = SpawnOptions.of("printf 0123456789; exec sleep 60").shell();
        assertThat(failureOf(talk.maxBuffer(4)).reason()).isEqualTo(Reason.TOO_MUCH_OUTPUT);
    }
}
