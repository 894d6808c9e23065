package dev.handoff.process.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;

/**
 * Starts every thread of this runtime. {@link Thread#start} throws an {@link OutOfMemoryError} when the kernel grants no more tasks, even if there
 * is memory: here it becomes a {@link NoThreadException}, which each caller must handle. An error that ends one of these threads ends the
 * process ({@link Fatal}), because no other thread does its work.
 *
 * <p>Any thread may call any method.
 */
public final class Threads {
    private static final Logger LOG = Logs.of(Threads.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private Threads() {}

    /** A call of a library or of the JDK that may start a thread. */
    @FunctionalInterface
    public interface Step<T, E extends Exception> {
        /** Makes the call. */
        T run() throws E;
    }

    /** Creates a thread that does not keep the process alive. The caller must {@linkplain #start(Thread) start} it. */
    public static Thread daemon(String name, Runnable work) {
        return thread(name, work, true);
    }

    /** Creates a thread that keeps the process alive while it runs. The caller must {@linkplain #start(Thread) start} it. */
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
     * Starts a thread now, or as soon as the kernel grants it: for work that must be done at some time, and may be late. The retries are made on
     * {@code handoff-timer}.
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
     * Makes a call in which a library or the JDK may start a thread.
     *
     * @param what the thread is for, as the end of "no thread for …"
     * @throws NoThreadException if the kernel granted none
     */
    public static <T, E extends Exception> T inLibrary(String what, Step<T, E> step) throws NoThreadException, E {
        try {
            return step.run();
        } catch (OutOfMemoryError e) {
            SpareThreads.spend();
            throw new NoThreadException(what, e);
        }
    }

    /**
     * Checks whether the kernel would grant that many threads now, before a step that cannot be undone.
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
     * Runs an action that depends on a future. The future would swallow an error, and the action would stay undone; here an error ends the
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
