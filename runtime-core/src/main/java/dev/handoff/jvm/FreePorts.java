package dev.handoff.jvm;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/**
 * Finds out whether a port can be listened on, and promises it for a while: a child takes its port only after it has
 * started, and one that is started meanwhile must not be told the same. Any thread may call.
 */
public final class FreePorts implements IntPredicate {
    private static final Duration PROMISED = Duration.ofSeconds(60);

    private final LongSupplier nanoClock;
    private final Map<Integer, Long> promisedAtNanos = new HashMap<>();

    /**
     * Promises by that clock.
     *
     * @param nanoClock monotonic
     */
    public FreePorts(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public synchronized boolean test(int port) {
        long now = nanoClock.getAsLong();
        promisedAtNanos.values().removeIf(at -> now - at > PROMISED.toNanos());
        if (promisedAtNanos.containsKey(port) || !canListen(port)) {
            return false;
        }
        promisedAtNanos.put(port, now);
        return true;
    }

    private static boolean canListen(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.isBound();
        } catch (IOException e) {
            return false; // in use, or below 1024 without the right to it: either way not for the child
        }
    }
}
