package dev.handoff.netty;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a worker's blocking work runs: a virtual thread for each task from JDK 21 on; before, 200 threads with a queue of
 * 1,000, beyond which tasks are rejected. The threads are daemons named {@code handoff-blocking-1}, {@code -2} …
 */
final class BlockingExecutor {
    private static final String NAME = "handoff-blocking-";
    private static final int THREADS = 200;
    private static final int QUEUE = 1_000;
    private static final long IDLE_SECONDS = 60;
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private BlockingExecutor() {}

    /** The best this JVM has. */
    static ExecutorService create() {
        return Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS ? virtualThreads() : pool(THREADS, QUEUE);
    }

    static ExecutorService pool(int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, NAME + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queue), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
