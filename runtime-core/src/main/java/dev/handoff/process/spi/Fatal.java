package dev.handoff.process.spi;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Ends a process of which a thread of this runtime has failed unexpectedly: a process that works only in part is worse than none.
 *
 * <p>It needs no memory and does not wait for output. The bytes of its first line were made before. The thread {@code handoff-halt}, which was
 * started before, halts the JVM if logging the failure fails, or takes longer than a second.
 */
public final class Fatal {
    private static final Logger LOG = Logs.of(Fatal.class);
    private static final int EXIT_CODE = 1;
    private static final long LOG_LIMIT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final byte[] LINE =
            "handoff: out of memory, or another error of the JVM: this process ends with code 1\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

    private static volatile boolean begun;
    private static volatile @Nullable Thread halting;

    private Fatal() {}

    /**
     * Prepares what the end needs. Any thread, any number of times.
     *
     * @throws NoThreadException if the kernel grants no thread
     */
    public static synchronized void prepare() throws NoThreadException {
        if (halting == null) {
            Thread thread = Threads.daemon("handoff-halt", Fatal::halt);
            Threads.start(thread);
            halting = thread;
            loadClassesOfTheJdk(thread);
        }
    }

    /** Any call about a shutdown hook loads the classes that end a JVM. */
    private static void loadClassesOfTheJdk(Thread noHook) {
        try {
            Runtime.getRuntime().removeShutdownHook(noHook);
        } catch (IllegalStateException e) {
            LOG.debug("this process ends already", e);
        }
    }

    private static void halt() {
        while (!begun) {
            LockSupport.park();
        }
        long since = System.nanoTime();
        for (long left = LOG_LIMIT_NANOS; left > 0; left = since + LOG_LIMIT_NANOS - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    /** Logs the failure and halts the JVM. An {@link Thread.UncaughtExceptionHandler}. */
    public static void end(Thread thread, Throwable failure) {
        try {
            begun = true;
            LockSupport.unpark(halting);
            log(thread, failure);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    private static void log(Thread thread, Throwable failure) {
        try {
            if (failure instanceof Error) {
                STDERR.write(LINE);
            }
            LOG.error("{} failed; this process ends with code {}", thread.getName(), EXIT_CODE, failure);
            Halt.doLastThings();
        } catch (Throwable e) {
            // Another error of the same kind: nothing more can be logged.
            begun = true;
        }
    }
}
