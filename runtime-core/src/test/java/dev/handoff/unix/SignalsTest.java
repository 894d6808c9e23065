package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.handoff.process.Signal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SignalsTest {
    private static final long SELF = ProcessHandle.current().pid();

    @Test
    void aHandledSignalArrives() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        assertThat(Signals.handle("WINCH", arrived::countDown)).isTrue();
        assertThat(Signals.send(SELF, Signal.WINCH.number())).isTrue();
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        Signals.restoreDefault("WINCH");
    }

    @Test
    void aSignalThatWasIgnoredAtTheStartIsNeverHandled() throws Exception {
        try (ChildJvm child =
                ChildJvm.start(List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"), Map.of(), Handler.class)) {
            assertThat(child.output()).isEqualTo("HUP false, TERM true");
        }
    }

    @Test
    void anIgnoredSignalDoesNothing() throws Exception {
        try (ChildJvm child = ChildJvm.start(Deaf.class)) {
            assertThat(child.process().getInputStream().read()).isEqualTo('r');
            Signals.send(child.process().pid(), Signal.INT.number());
            Signals.send(child.process().pid(), Signal.HUP.number());
            child.process().getOutputStream().close();
            assertThat(child.exitCode()).isEqualTo(7);
        }
    }

    @Test
    void aProcessThatIsGoneGetsNothing() throws Exception {
        Process child = new ProcessBuilder("true").start();
        child.waitFor();
        assertThat(Signals.send(child.pid(), Signal.NONE.number())).isFalse();
        assertThat(Signals.send(SELF, Signal.NONE.number())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -4711, Long.MIN_VALUE})
    void neitherAGroupNorAllProcessesAreEverSignalled(long pid) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signals.send(pid, Signal.NONE.number()))
                .withMessageContaining("no single process");
    }

    @Test
    void aSignalOfTheJvmsOwnIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signals.handle("QUIT", () -> {}))
                .withMessageContaining("SIGQUIT");
    }

    static final class Handler {
        private Handler() {}

        public static void main(String[] arguments) {
            boolean hup = Signals.handle("HUP", () -> {});
            System.out.println("HUP " + hup + ", TERM " + Signals.handle("TERM", () -> {}));
        }
    }

    /** Ends with 7 at the end of its input, unless a signal is faster. */
    static final class Deaf {
        private Deaf() {}

        public static void main(String[] arguments) throws Exception {
            Signals.ignore("INT");
            Signals.ignore("HUP");
            System.out.println("ready");
            System.in.readAllBytes();
            System.exit(7);
        }
    }
}
