package dev.handoff.process.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every thread of this runtime is started. {@link Thread#start} throws an {@link OutOfMemoryError} where the kernel grants no more
 * tasks, which says nothing of memory: here it becomes a {@link NoThreadException}, which each caller has to answer. An error that ends
 * one of these threads ends the process ({@link Fatal}): what the thread did is done by no other.
 *
 * <p>Any thread may call any method.
 */
public final class Threads {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private Threads() {}

    /** Something of a library's or of the JDK's that starts a thread on the way. */
    @FunctionalInterface
    public interface Step<T, E extends Exception> {
        /** Does it. */
        T take() throws E;
    }

    /** A thread that does not keep the process, to be {@linkplain #start(Thread) started}. */
    public static Thread daemon(String name, Runnable work) {
        return thread(name, work, true);
    }

    /** A thread that keeps the process while it runs, to be {@linkplain #start(Thread) started}. */
    public static Thread keeping(String name, Runnable work) {
        return thread(name, work, false);
    }

    private static Thread thread(String name, Runnable work, boolean daemon) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(daemon);
        thread.setUncaughtExceptionHandler(Threads::onUncaught);
        return thread;
    }

    /**
     * Starts a thread.
     *
     * @throws NoThreadException if the kernel grants none; the same thread may be started later
     */
    public static void start(Thread thread) throws NoThreadException {
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            SpareThreads.spend();
            throw new NoThreadException(thread.getName(), e);
        }
    }

    /**
     * Starts a thread now, or as soon as the kernel grants it: for what must happen in the end, and loses nothing by being late. The
     * retries are made on {@code handoff-timer}.
     */
    public static void startSoon(Thread thread) {
        try {
            start(thread);
        } catch (NoThreadException e) {
            LOG.warn("{}; tried again every {} ms", e.getMessage(), RETRY.toMillis());
            retry(thread);
        }
    }

    private static void retry(Thread thread) {
        Timer.after(RETRY, () -> {
            try {
                start(thread);
            } catch (NoThreadException e) {
                retry(thread);
            }
        });
    }

    /**
     * Takes a step in which a library or the JDK may start a thread.
     *
     * @param what the thread is for, as the end of "no thread for …"
     * @throws NoThreadException if the kernel granted none
     */
    public static <T, E extends Exception> T inLibrary(String what, Step<T, E> step) throws NoThreadException, E {
        try {
            return step.take();
        } catch (OutOfMemoryError e) {
            SpareThreads.spend();
            throw new NoThreadException(what, e);
        }
    }

    /**
     * Looks whether the kernel would grant so many threads now, before a step that cannot be undone.
     *
     * @param what they are for, as the end of "no thread for …"
     * @throws NoThreadException if it would not
     */
    public static void checkRoom(int count, String what) throws NoThreadException {
        List<Spare> room = new ArrayList<>();
        try {
            inLibrary(what, () -> {
                for (int begun = 0; begun < count; begun++) {
                    Spare next = new Spare();
                    next.begin();
                    room.add(next);
                }
                return room;
            });
        } finally {
            room.forEach(Spare::endNow);
        }
    }

    /**
     * Runs what depends on a future: that would keep an error for itself, and what was to be told would not be told. An error ends the
     * process.
     */
    public static void guard(Runnable dependant) {
        try {
            dependant.run();
        } catch (Error e) {
            Fatal.end(Thread.currentThread(), e);
        }
    }

    private static void onUncaught(Thread thread, Throwable failure) {
        if (failure instanceof Error) {
            Fatal.end(thread, failure);
        } else {
            thread.getThreadGroup().uncaughtException(thread, failure);
        }
    }
}
