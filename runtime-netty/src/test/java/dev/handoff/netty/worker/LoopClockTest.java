package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On a clock that stands still until it is told to go on. */
class LoopClockTest {
    private final List<String> fired = new ArrayList<>();
    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final EmbeddedChannel failing = new EmbeddedChannel();

    @Test
    void aTimeOutThatThrowsCostsItsOwnConnectionAndTheClockGoesOn() {
        loop.freezeTime();
        LoopClock clock = LoopClock.of(loop.eventLoop());
        LoopClock.Timer good = clock.timer(loop, () -> fired.add("good"));
        LoopClock.Timer bad = clock.timer(failing, () -> {
            throw new AssertionError("on purpose");
        });
        bad.set(1);
        good.set(1);
        passTicks(3);
        assertThat(failing.isOpen()).as("the connection whose time-out threw").isFalse();
        assertThat(fired).containsExactly("good");
        good.set(1);
        passTicks(3);
        assertThat(fired).containsExactly("good", "good");
        assertThat(loop.isOpen()).isTrue();
        good.remove();
        bad.remove();
    }

    private void passTicks(int count) {
        for (int tick = 0; tick < count; tick++) {
            loop.advanceTimeBy(LoopClock.TICK.toMillis(), TimeUnit.MILLISECONDS);
            loop.runScheduledPendingTasks();
        }
    }
}
