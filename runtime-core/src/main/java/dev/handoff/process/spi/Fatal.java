package dev.handoff.process.spi;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process whose own thread has failed in a way that was not foreseen: a half-dead process is worse than none.
 *
 * <p>It needs no memory and waits for no output: the first line is bytes that were made before, and {@code handoff-halt}, which was
 * started before, halts the JVM where logging the failure fails, or does not come to its end.
 */
public final class Fatal {
    private static final Logger LOG = LoggerFactory.getLogger(Fatal.class);
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
     * Makes what the end needs. Any thread, any number of times.
     *
     * @throws NoThreadException if the kernel grants no thread
     */
    public static synchronized void prepare() throws NoThreadException {
        if (halting == null) {
            Thread thread = Threads.daemon("handoff-halt", Fatal::halt);
            Threads.start(thread);
            halting = thread;
            loadTheJdksPart(thread);
        }
    }

    /** The classes that end a JVM are loaded by any question for a hook. */
    private static void loadTheJdksPart(Thread noHook) {
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

    /** Tells the failure and halts the JVM. An {@link Thread.UncaughtExceptionHandler}. */
    public static void end(Thread thread, Throwable failure) {
        try {
            begun = true;
            LockSupport.unpark(halting);
            tell(thread, failure);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    private static void tell(Thread thread, Throwable failure) {
        try {
            if (failure instanceof Error) {
                STDERR.write(LINE);
            }
            LOG.error("{} failed; this process ends with code {}", thread.getName(), EXIT_CODE, failure);
            Halt.doLastThings();
        } catch (Throwable e) {
            // Another one of the same kind: what can be said has been said.
            begun = true;
        }
    }
}
