package dev.handoff.sample.rig;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long a test waits for a state before it takes it for a hang. It says nothing of how long a state should take. */
public final class Patience {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private Patience() {}

    /** Waits for something, named as it will be missed. */
    public static ConditionFactory await(String what) {
        return Awaitility.await(what)
                .pollDelay(Duration.ZERO)
                .pollInterval(INTERVAL)
                .atMost(LIMIT);
    }
}
