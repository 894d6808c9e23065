package dev.handoff.netty.worker;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The turns in which one event loop's connections announce their end when the worker leaves. Clients that were all told at once
 * would all connect again at once. Used on that event loop.
 */
public final class Farewells {
    private final EventExecutor loop;
    private final Duration idleMin;
    private final List<Farewell> waiting = new ArrayList<>();
    private boolean begun;

    private record Farewell(Duration notBefore, Runnable said) {}

    /** With the default minimum. */
    Farewells(EventExecutor loop) {
        this(loop, idleMin(Map.of()));
    }

    /**
     * None yet.
     *
     * @param idleMin how long an idle connection stays open at least
     */
    Farewells(EventExecutor loop, Duration idleMin) {
        this.loop = loop;
        this.idleMin = idleMin;
    }

    /** How long an idle connection that must be closed stays open at least, under these settings. */
    static Duration idleMin(Map<Setting, ?> said) {
        return said.get(Setting.DRAIN_IDLE_MIN) instanceof Duration minimum
                ? minimum
                : ClusterSettings.defaults().duration(Setting.DRAIN_IDLE_MIN);
    }

    /** How long an idle connection that must be closed stays open at least. */
    public Duration idleMin() {
        return idleMin;
    }

    /** Runs this when its turn comes; at once if the turns were given out already. */
    public void add(Runnable farewell) {
        if (begun) {
            say(farewell);
        } else {
            waiting.add(new Farewell(Duration.ZERO, farewell));
        }
    }

    /** Runs this when its turn comes, and not before that time is over. */
    public void add(Duration notBefore, Runnable farewell) {
        if (begun) {
            schedule(farewell, notBefore.toNanos());
        } else {
            waiting.add(new Farewell(notBefore, farewell));
        }
    }

    /**
     * Gives out the turns: at equal distances in time, the first at once.
     *
     * @param drainLimit when connections are cut; the last quarter is left to those who are slow to go
     */
    void begin(Duration drainLimit) {
        begun = true;
        long windowNanos = drainLimit.toNanos() / 4 * 3;
        int count = waiting.size();
        for (int turn = 0; turn < count; turn++) {
            Farewell farewell = waiting.get(turn);
            long delay = (long) ((double) windowNanos * turn / count);
            schedule(farewell.said, Math.max(delay, farewell.notBefore.toNanos()));
        }
        waiting.clear();
    }

    private void schedule(Runnable farewell, long delayNanos) {
        var unused = loop.schedule(() -> say(farewell), delayNanos, TimeUnit.NANOSECONDS);
    }

    private static void say(Runnable farewell) {
        ProgramCode.run("a connection of a worker that leaves", "its farewell failed", farewell::run);
    }
}
