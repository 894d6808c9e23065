package dev.handoff.process.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for tasks that may block: those that were started at first stay, and there are as many more as there is to do at a time. Where
 * the kernel grants no more, a task waits until a thread is free. Any thread may call.
 */
public final class TaskThreads implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(TaskThreads.class);
    private static final int IDLE_SECONDS = 5;

    private final Waiting waiting = new Waiting();
    private final String name;
    private final ThreadPoolExecutor pool;

    /** Hands a task over to a thread that is idle; otherwise another one is started. */
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
     * Starts the first ones.
     *
     * @param name a number follows it
     * @param kept how many are started now, and stay
     * @param most how many there are at a time at most; beyond that a task waits
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

    /** Runs a task, now or when a thread is free. What it throws goes where a listener's failure goes. */
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
