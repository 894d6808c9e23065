package dev.handoff.netty;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The ends that one event loop's connections announce when their worker leaves, one after the other: clients that are all
 * told at once are all back at once. Used on that event loop.
 */
final class Farewells {
    private final EventExecutor loop;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean begun;

    Farewells(EventExecutor loop) {
        this.loop = loop;
    }

    /** Runs this when its turn comes; at once if the turns have been given out. */
    void add(Runnable farewell) {
        if (begun) {
            farewell.run();
        } else {
            waiting.add(farewell);
        }
    }

    /**
     * Gives out the turns: at equal distances, the first at once.
     *
     * @param drainLimit when connections are cut; the last quarter is left to those who are slow to go
     */
    void begin(Duration drainLimit) {
        begun = true;
        long windowNanos = drainLimit.toNanos() / 4 * 3;
        int count = waiting.size();
        for (int turn = 0; turn < count; turn++) {
            long delay = (long) ((double) windowNanos * turn / count);
            var unused = loop.schedule(waiting.get(turn), delay, TimeUnit.NANOSECONDS);
        }
        waiting.clear();
    }
}
