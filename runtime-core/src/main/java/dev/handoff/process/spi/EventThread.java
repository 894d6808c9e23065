package dev.handoff.process.spi;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The one thread of this JVM, {@code handoff-events}, on which listeners are called: one at a time, in order.
 *
 * <p>The thread lives as long as it has tasks, or there is a {@linkplain #hold() hold} because tasks may come. It keeps the JVM alive, as Node's
 * event loop keeps Node alive. The first task starts it, so a program without listeners has no such thread.
 *
 * <p>Any thread may call any method.
 */
public final class EventThread {
    private static final Logger LOG = Logs.of(EventThread.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** The thread's name. */
    public static final String NAME = "handoff-events";

    private static final EventThread INSTANCE = new EventThread();

    /** Called on the thread when it has no more tasks, before it ends. */
    @FunctionalInterface
    public interface WhenIdle {
        /**
         * The last chance to add a task.
         *
         * @return whether the thread must wait for more; false ends it
         */
        boolean onIdle();
    }

    /** Keeps the thread, and with it the JVM, alive until it is closed. A close is idempotent. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Whether {@link WhenIdle} was asked if the thread may end. */
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

    /** This JVM's instance. */
    public static EventThread get() {
        return INSTANCE;
    }

    /** Runs a task after all tasks that wait. A throwable ends only that task. */
    public synchronized void enqueue(Runnable task) {
        add(tasks, task);
    }

    /** Runs a task before all tasks that wait, but after earlier ticks. */
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

    /** If no thread can be started now, the tasks wait: the next task and a timer try again. */
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
            LOG.warn("{}; listeners wait, next try in {} ms", why.getMessage(), RETRY.toMillis());
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

    /** Keeps the thread alive although no task waits. */
    public synchronized Hold hold() {
        holds++;
        if (!stopped) {
            wake();
        }
        return new OneHold();
    }

    /** Keeps the thread alive until a future is done; gives that future. */
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

    /** Sets what is asked when no task waits and there is no hold, before the thread ends. */
    public synchronized void whenIdle(WhenIdle action) {
        whenIdle = action;
        wake();
    }

    /** Asks again whether the thread may end, because something has changed elsewhere. That does not count as work. */
    public synchronized void askAgain() {
        if (!stopped) {
            wake();
        }
    }

    /** Whether a task waits or there is a hold; tasks of {@link #nextTick} do not count. */
    public synchronized boolean hasWork() {
        return !tasks.isEmpty() || holds > 0;
    }

    /** Whether this is the thread. */
    public synchronized boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs the tasks of {@link #nextTick} at once. Must be called on the thread.
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

    /** Ends the thread for good: no more tasks run, because the process ends. */
    public synchronized void stop() {
        stopped = true;
        ticks.clear();
        tasks.clear();
        notifyAll();
    }

    private void run() {
        for (Runnable next = await(); next != null; next = await()) {
            call(next);
        }
    }

    private synchronized @Nullable Runnable await() {
        Runnable next = poll();
        while (next == null && !stopped && (holds > 0 || idle != Idle.DONE)) {
            try {
                wait();
            } catch (InterruptedException e) {
                // It was meant for a listener that has returned: this thread ends only when nothing is left to do.
                LOG.debug("an interrupt came while no listener ran", e);
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

    /** If a task comes meanwhile the answer is out of date, and is not used. */
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
     * Calls a listener. What it throws goes to the JVM's handler of uncaught exceptions, or else to the log.
     *
     * @return what it has thrown; null if nothing
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
