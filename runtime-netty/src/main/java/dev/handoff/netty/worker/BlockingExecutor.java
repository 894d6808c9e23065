package dev.handoff.netty.worker;

import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a worker's blocking work runs: a virtual thread for each task from JDK 21 on; before, 200 threads with a queue of
 * 1,000, beyond which tasks are rejected. Where the kernel grants no more threads a task waits for one that is there, or is rejected.
 * The threads are daemons named {@code handoff-blocking-1}, {@code -2} …
 */
final class BlockingExecutor {
    private static final String NAME = "handoff-blocking-";
    private static final int THREADS = 200;
    private static final int QUEUE = 1_000;
    private static final long IDLE_SECONDS = 60;
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private BlockingExecutor() {}

    /** Virtual threads where this JVM has them, or else a pool. */
    static ExecutorService create() {
        return Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS ? virtualThreads() : pool(THREADS, QUEUE);
    }

    static ExecutorService pool(int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> Threads.daemon(NAME + number.incrementAndGet(), task);
        Pool pool = new Pool(threads, new LinkedBlockingQueue<>(queue), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static final class Pool extends ThreadPoolExecutor {
        Pool(int threads, BlockingQueue<Runnable> queue, ThreadFactory factory) {
            super(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, queue, factory);
        }

        @Override
        public void execute(Runnable task) {
            try {
                Threads.inLibrary(NAME, () -> {
                    super.execute(task);
                    return true;
                });
            } catch (NoThreadException e) {
                if (getPoolSize() == 0 || !getQueue().offer(task)) {
                    throw rejected(e);
                }
            }
        }
    }

    private static RejectedExecutionException rejected(NoThreadException why) {
        return new RejectedExecutionException(why.getMessage(), why);
    }

    /** The same threads; a task for which none can be started is rejected. Carriers of virtual threads are started as they are needed. */
    static Executor rejecting(Executor threads) {
        return task -> {
            try {
                Threads.inLibrary(NAME, () -> {
                    threads.execute(task);
                    return true;
                });
            } catch (NoThreadException e) {
                throw rejected(e);
            } catch (LinkageError e) {
                // The class of virtual threads starts one of its own; where the kernel refuses that, it cannot be used
                // any more.
                throw new RejectedExecutionException("virtual threads could not be started in this process", e);
            }
        };
    }

    /* Looked up by name: this is compiled for JDK 17, which has none of it. */
    private static ExecutorService virtualThreads() {
        try {
            Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Object threads = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder))
                    .invoke();
            MethodHandle name =
                    lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class, long.class));
            Object named = name.invoke(threads, NAME, 1L);
            MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
            MethodHandle perTask = lookup.findStatic(
                    Executors.class,
                    "newThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class, ThreadFactory.class));
            return (ExecutorService) perTask.invoke((ThreadFactory) factory.invoke(named));
        } catch (Throwable e) {
            throw new IllegalStateException("cannot make virtual threads on JDK " + Runtime.version(), e);
        }
    }
}
