package dev.handoff.master;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Ready workers killed from outside of late. A few are an operator's or the kernel's doing and no failure of the build;
 * more than {@value #MOST} a minute are a crash loop in disguise.
 */
final class RecentKills {
    static final int MOST = 60;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final Deque<Long> killed = new ArrayDeque<>();

    /** Counts one more; says whether it may still be forgiven. */
    boolean forgive(long nowNanos) {
        while (!killed.isEmpty() && nowNanos - killed.getFirst() >= WINDOW_NANOS) {
            killed.removeFirst();
        }
        if (killed.size() >= MOST) {
            return false;
        }
        killed.addLast(nowNanos);
        return true;
    }
}
