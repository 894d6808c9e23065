package dev.handoff.process.spi;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of this JVM, {@code handoff-events}, on which listeners are called: one at a time, in order.
 *
 * <p>The thread lives as long as there is something for it to do, or somebody {@linkplain #hold() holds} it because
 * something may come; meanwhile it keeps the JVM alive, as Node's event loop keeps Node alive. It is started by the first
 * task, so a program that hears of nothing has no such thread.
 *
 * <p>Any thread may call any method.
 */
public final class EventThread {
    private static final Logger LOG = LoggerFactory.getLogger(EventThread.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** The thread's name. */
    public static final String NAME = "handoff-events";

    private static final EventThread INSTANCE = new EventThread();

    /** What is done when the thread has nothing more to do, before it ends. Called on it. */
    @FunctionalInterface
    public interface WhenIdle {
        /**
         * The last chance to add something.
         *
         * @return whether the thread shall wait for more; false ends it
         */
        boolean onIdle();
    }

    /** Keeps the thread, and with it the JVM, alive until it is closed. Closing it is idempotent. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Where the question stands whether the thread may end. */
    private enum Idle {
        UNASKED,
        /** Asked, or told to wait for more. */
        ASKED,
        DONE
    }

    private final Queue<Runnable> ticks = new ArrayDeque<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private @Nullable Thread thread;
    private @Nullable WhenIdle whenIdle;
    private Idle idle = Idle.UNASKED;
    private int holds;
    private boolean stopped;
    private boolean retrying;

    EventThread() {}

    /** This JVM's. */
    public static EventThread get() {
        return INSTANCE;
    }

    /** Runs a task after all that waits. A throwable ends nothing but that task. */
    public synchronized void enqueue(Runnable task) {
        add(tasks, task);
    }

    /** Runs a task before all that waits, behind what came this way before. */
    public synchronized void nextTick(Runnable task) {
        add(ticks, task);
    }

    private void add(Queue<Runnable> queue, Runnable task) {
        if (!stopped) {
            queue.add(task);
            wake();
        }
    }

    private void wake() {
        idle = Idle.UNASKED;
        if (thread == null) {
            begin();
        } else {
            notifyAll();
        }
    }

    /** What waits is not lost where no thread can be started just now: the next task tries again, and so does time. */
    private void begin() {
        Thread started = Threads.keeping(NAME, this::run);
        try {
            Threads.start(started);
            thread = started;
        } catch (NoThreadException e) {
            retryLater(e);
        }
    }

    private void retryLater(NoThreadException why) {
        if (!retrying) {
            LOG.warn("{}; what is to be told waits, next try in {} ms", why.getMessage(), RETRY.toMillis());
            retrying = true;
            Timer.after(RETRY, this::beginAgain);
        }
    }

    private synchronized void beginAgain() {
        retrying = false;
        if (thread == null && !stopped) {
            begin();
        }
    }

    /** Keeps the thread alive although nothing waits. */
    public synchronized Hold hold() {
        holds++;
        if (!stopped) {
            wake();
        }
        return new OneHold();
    }

    /** Keeps the thread alive until something is done, which is given back. */
    public <T> CompletableFuture<T> holdUntil(CompletableFuture<T> done) {
        if (!done.isDone()) {
            Hold waiting = hold();
            done.whenComplete((value, failure) -> waiting.close());
        }
        return done;
    }

    private final class OneHold implements Hold {
        private boolean closed;

        @Override
        public void close() {
            synchronized (EventThread.this) {
                if (!closed) {
                    closed = true;
                    holds--;
                    idle = Idle.UNASKED;
                    EventThread.this.notifyAll();
                }
            }
        }
    }

    /** Says what to do when nothing waits and nobody holds the thread, instead of ending it. */
    public synchronized void whenIdle(WhenIdle action) {
        whenIdle = action;
        wake();
    }

    /** Asks once more what to do when nothing waits: something has changed outside. That is no work. */
    public synchronized void askAgain() {
        if (!stopped) {
            wake();
        }
    }

    /** Whether a task waits or somebody holds the thread; what came by {@link #nextTick} does not count. */
    public synchronized boolean hasWork() {
        return !tasks.isEmpty() || holds > 0;
    }

    /** Whether this is the thread. */
    public synchronized boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs at once what came by {@link #nextTick}. To be called on the thread.
     *
     * @return whether there was any
     */
    public boolean runTicks() {
        boolean any = false;
        for (Runnable tick = nextOf(ticks); tick != null; tick = nextOf(ticks)) {
            call(tick);
            any = true;
        }
        return any;
    }

    private synchronized @Nullable Runnable nextOf(Queue<Runnable> queue) {
        return queue.poll();
    }

    /** Ends it for good: nothing more is run, for the process ends. */
    public synchronized void stop() {
        stopped = true;
        ticks.clear();
        tasks.clear();
        notifyAll();
    }

    private void run() {
        for (Runnable next = take(); next != null; next = take()) {
            call(next);
        }
    }

    private synchronized @Nullable Runnable take() {
        Runnable next = poll();
        while (next == null && !stopped && (holds > 0 || idle != Idle.DONE)) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Meant for a listener that is gone: this thread ends when nothing is left to do, not when told to.
                LOG.debug("an interrupt met no listener", e);
            }
            next = poll();
        }
        if (next == null) {
            thread = null;
        }
        return next;
    }

    private synchronized @Nullable Runnable poll() {
        Runnable next = ticks.isEmpty() ? tasks.poll() : ticks.poll();
        if (next != null) {
            idle = Idle.UNASKED;
            return next;
        }
        if (holds > 0 || idle != Idle.UNASKED || stopped) {
            return null;
        }
        idle = Idle.ASKED;
        return this::ask;
    }

    /** Whatever comes meanwhile makes the answer one to an old question. */
    private void ask() {
        WhenIdle action = whenIdle();
        boolean waits = action != null && action.onIdle();
        synchronized (this) {
            if (idle == Idle.ASKED && !waits) {
                idle = Idle.DONE;
            }
        }
    }

    private synchronized @Nullable WhenIdle whenIdle() {
        return whenIdle;
    }

    /**
     * Calls a listener; whatever it throws goes to the JVM's handler of uncaught exceptions, or else to the log.
     *
     * @return what it has thrown; null if that is nothing
     */
    public static @Nullable Throwable call(Runnable listener) {
        try {
            listener.run();
            return null;
        } catch (Throwable e) {
            report(e);
            return e;
        }
    }

    private static void report(Throwable failure) {
        UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler == null) {
            LOG.error("a listener failed; the others are called all the same", failure);
        } else {
            handler.uncaughtException(Thread.currentThread(), failure);
        }
    }
}
