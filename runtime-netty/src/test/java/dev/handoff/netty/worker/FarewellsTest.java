package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a clock that stands still until it is told to go on. */
class FarewellsTest {
    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final Farewells farewells = new Farewells(loop.eventLoop());
    private final List<Integer> told = new ArrayList<>();

    @BeforeEach
    void stopTheClock() {
        loop.freezeTime();
    }

    /** Claim R10. */
    @Test
    void noSecondHasMoreThanTwiceTheMean() {
        int count = 1_000;
        wait(count);
        farewells.begin(Duration.ofSeconds(20));
        int windowSeconds = 15;
        int most = 0;
        for (int second = 0; second < windowSeconds; second++) {
            int before = told.size();
            passMillis(1_000);
            most = Math.max(most, told.size() - before);
        }
        assertThat(told).as("all, in their order, in the window").hasSize(count).isSorted();
        assertThat(most).isLessThanOrEqualTo(2 * count / windowSeconds);
    }

    @Test
    void theFirstNeedNotWait() {
        wait(2);
        farewells.begin(Duration.ofSeconds(20));
        passMillis(0);
        assertThat(told).containsExactly(0);
        passMillis(7_400);
        assertThat(told).containsExactly(0);
        passMillis(200);
        assertThat(told).containsExactly(0, 1);
    }

    @Test
    void whoComesLaterIsToldAtOnce() {
        farewells.begin(Duration.ofSeconds(20));
        wait(1);
        assertThat(told).containsExactly(0);
    }

    @Test
    void withoutTimeAllAreToldAtOnce() {
        wait(100);
        farewells.begin(Duration.ZERO);
        passMillis(0);
        assertThat(told).hasSize(100);
    }

    @Test
    void whoNeedsAMomentHasItWheneverTheTurnComes() {
        Duration moment = Duration.ofSeconds(1);
        farewells.add(moment, () -> told.add(0));
        farewells.begin(Duration.ZERO);
        farewells.add(moment, () -> told.add(1));
        passMillis(990);
        assertThat(told).isEmpty();
        passMillis(20);
        assertThat(told).containsExactly(0, 1);
    }

    @Test
    void oneThatThrowsKeepsNoOtherFromBeingTold() {
        farewells.add(FarewellsTest::fail);
        wait(1);
        farewells.begin(Duration.ZERO);
        farewells.add(FarewellsTest::fail);
        wait(1);
        passMillis(0);
        assertThat(told).containsExactly(0, 0);
    }

    private static void fail() {
        throw new AssertionError("on purpose");
    }

    private void wait(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            farewells.add(() -> told.add(number));
        }
    }

    private void passMillis(long millis) {
        loop.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        loop.runScheduledPendingTasks();
    }
}
