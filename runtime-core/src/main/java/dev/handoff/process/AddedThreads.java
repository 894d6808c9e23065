package dev.handoff.process;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether some code has started a thread that goes on working when the code has returned, even if that thread has ended before it can
 * be found. The JVM counts all started threads, and does not tell of an ended thread whether it was a daemon. So a thread counts if this code
 * has created it, if it is not known to be a daemon, and if the code has not waited: work for which it has waited was done when it returned.
 *
 * <p>Threads of this runtime do not count. They are created without inheriting thread locals, by which the other threads are counted.
 */
final class AddedThreads {
    private static final AtomicInteger MADE = new AtomicInteger();

    /** Set on the thread whose new threads are counted. A new thread inherits it on the thread that creates it. */
    private static final InheritableThreadLocal<@Nullable Boolean> COUNTED = new InheritableThreadLocal<>() {
        @Override
        protected @Nullable Boolean childValue(@Nullable Boolean parent) {
            if (parent != null) {
                MADE.incrementAndGet();
            }
            return null;
        }
    };

    private AddedThreads() {}

    /** Runs an action, on this thread, and tells whether it has started such a thread. One call at a time. */
    static boolean startedBy(Runnable action) {
        Set<Thread> before = alive().collect(Collectors.toSet());
        long startedBefore = started();
        long waitsBefore = waits();
        MADE.set(0);
        COUNTED.set(true);
        try {
            action.run();
        } finally {
            COUNTED.remove();
        }
        if (waits() > waitsBefore) {
            return false;
        }
        // A thread that was created and not started, such as a shutdown hook, does not count.
        long own = Math.min(MADE.get(), started() - startedBefore);
        return own
                > alive().filter(thread -> thread.isDaemon() && !before.contains(thread))
                        .count();
    }

    private static long started() {
        return ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
    }

    /** How often this thread has waited for another thread. */
    private static long waits() {
        long self = Thread.currentThread().getId();
        return ManagementFactory.getThreadMXBean().getThreadInfo(self).getWaitedCount();
    }

    /** All threads of this JVM except virtual threads. */
    static Stream<Thread> alive() {
        ThreadGroup root = Objects.requireNonNull(Thread.currentThread().getThreadGroup());
        for (ThreadGroup parent = root.getParent(); parent != null; parent = root.getParent()) {
            root = parent;
        }
        Thread[] threads = new Thread[root.activeCount() + 1];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[2 * threads.length];
            count = root.enumerate(threads);
        }
        return Arrays.stream(threads, 0, count);
    }
}
