package dev.handoff.process.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/**
 * Where the classes of this project get their loggers. A logging framework may wait: for a pipe that is not read, a disk that does not
 * answer, a lock that another thread holds while it waits. In a master none of our threads waits with it: what they log is queued, and the
 * thread {@code handoff-logs} hands it to the framework.
 *
 * <p>Any thread may call any method.
 */
public final class Logs {
    private static final LogQueue QUEUE = new LogQueue();

    static {
        // Loads what a line needs: the first may tell that no descriptor is free, and classes can lie in files of their
        // own.
        new QueuedLogger(NOPLogger.NOP_LOGGER, QUEUE)
                .handleNormalizedLoggingCall(Level.WARN, null, "{}", new Object[] {""}, null);
    }

    private Logs() {}

    /** The logger of a class. */
    public static Logger of(Class<?> owner) {
        return new QueuedLogger(LoggerFactory.getLogger(owner), QUEUE);
    }

    /**
     * Queues what our classes log from now on, in this process, for good. At its end what is left is written for a second at most.
     */
    public static void queue() {
        QUEUE.begin();
    }
}
