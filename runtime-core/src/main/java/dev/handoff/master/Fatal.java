package dev.handoff.master;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a master whose own thread has failed in a way that nobody foresaw: a half-dead master is worse than none. */
final class Fatal {
    private static final Logger LOG = LoggerFactory.getLogger(Fatal.class);
    private static final int EXIT_CODE = 1;

    private Fatal() {}

    /** Logs and halts the JVM. An {@link Thread.UncaughtExceptionHandler}. */
    static void end(Thread thread, Throwable failure) {
        try {
            LOG.error(
                    "{} failed; the master ends with code {}, and its workers with it",
                    thread.getName(),
                    EXIT_CODE,
                    failure);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
