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
 * Tells whether some code has started a thread that works on when the code has returned, also if that thread has ended before one
 * can look for it. The JVM counts started threads of all kinds and origins, and says of none that has ended whether it was a daemon.
 * So what counts is that this code has made one, that it is not known to be a daemon, and that the code has not waited: what it has
 * waited for was done when it returned.
 *
 * <p>Threads of this runtime are no work of the program's: they are made without inheriting thread locals, which is how the
 * others are counted.
 */
final class AddedThreads {
    private static final AtomicInteger MADE = new AtomicInteger();

    /** Set where threads are counted. A thread inherits it as it is made, on its maker's thread. */
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
        // One that was made and is not started, such as a shutdown hook, does nothing.
        long own = Math.min(MADE.get(), started() - startedBefore);
        return own
                > alive().filter(thread -> thread.isDaemon() && !before.contains(thread))
                        .count();
    }

    private static long started() {
        return ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
    }

    /** How often this thread has waited for another one. */
    private static long waits() {
        long self = Thread.currentThread().getId();
        return ManagementFactory.getThreadMXBean().getThreadInfo(self).getWaitedCount();
    }

    /** All threads of this JVM but virtual ones. */
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
