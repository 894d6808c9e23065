package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class PollerTest {
    /** What ends with an error of poll(2) ends a master, or a worker's listening. */
    @ParameterizedTest
    @ValueSource(strings = {"ENOMEM", "EINVAL"})
    void aShortageInTheKernelIsWaitedFor(String error) throws Exception {
        try (ChildJvm child = ChildJvm.start(ChildJvm.firstFailing("poll,ppoll", error), Map.of(), PollsTwice.class)) {
            assertThat(child.output()).isEqualTo("0, false; 1, true");
        }
    }

    static final class PollsTwice {
        private PollsTwice() {}

        public static void main(String[] arguments) throws UnixException {
            WakeUp ready = new WakeUp();
            ready.signal();
            Poller poller = new Poller();
            int index = poller.add(ready.fd(), Poller.IN);
            String first = poller.poll(-1) + ", " + poller.isReady(index);
            System.out.println(first + "; " + poller.poll(-1) + ", " + poller.isReady(index));
        }
    }
}
