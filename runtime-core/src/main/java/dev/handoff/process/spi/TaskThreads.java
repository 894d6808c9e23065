package dev.handoff.process.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;

/**
 * Threads for tasks that may block. The first threads stay; more are started when all are busy, up to a limit. At the limit, or when the kernel
 * grants no more threads, a task waits until a thread is free. Any thread may call.
 */
public final class TaskThreads implements Executor {
    private static final Logger LOG = Logs.of(TaskThreads.class);
    private static final int IDLE_SECONDS = 5;

    private final Waiting waiting = new Waiting();
    private final String name;
    private final ThreadPoolExecutor pool;

    /** Gives a task to an idle thread; if there is none, refuses it, so that the pool starts another thread. */
    private static final class Waiting extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        void keep(Runnable task) {
            super.offer(task);
        }
    }

    /**
     * Starts the first threads.
     *
     * @param name of the threads; a number is appended
     * @param kept how many are started now, and stay
     * @param most the limit of threads; beyond it a task waits
     * @throws NoThreadException if the kernel does not grant them
     */
    public TaskThreads(String name, int kept, int most) throws NoThreadException {
        this.name = name;
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                kept,
                most,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                waiting,
                task -> Threads.daemon(name + number.incrementAndGet(), task),
                (task, full) -> waiting.keep(task));
        try {
            Threads.inLibrary(name, pool::prestartAllCoreThreads);
        } catch (NoThreadException e) {
            pool.shutdown();
            throw e;
        }
    }

    /** Runs a task, now or when a thread is free. What it throws is handled like a listener's failure. */
    @Override
    public void execute(Runnable task) {
        Runnable guarded = () -> EventThread.call(task);
        try {
            Threads.inLibrary(name, () -> {
                pool.execute(guarded);
                return true;
            });
        } catch (NoThreadException e) {
            LOG.warn("{}: the task waits for another to end", e.getMessage());
            waiting.keep(guarded);
        }
    }
}
