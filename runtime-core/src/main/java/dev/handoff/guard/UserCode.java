package dev.handoff.guard;

import dev.handoff.unix.RareLog;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Calls code of the program: handlers, hooks, policies. What it throws, even an {@link Error}, ends only that call and is logged, at most {@value
 * #LINES_A_SECOND} times a second, because clients decide how often most of it is called. If it answers an interrupt with an exception, the
 * interrupt is over: the thread is this runtime's, and goes on. Any thread.
 *
 * <p>Listeners of events are called by {@link dev.handoff.process.spi.EventThread#call} instead, as Node does it.
 */
public final class UserCode {
    static final int LINES_A_SECOND = 10;

    private final RareLog log;
    private final Consumer<? super Throwable> onFailure;

    /** Code of the program that may throw anything. */
    @FunctionalInterface
    public interface Action {
        /** Runs it. */
        void run() throws Exception;
    }

    /** Logs failures to that logger. */
    public UserCode(Logger log) {
        this(log, failure -> {});
    }

    /**
     * Logs failures to that logger.
     *
     * @param onFailure called with each failure, on the thread on which it happened
     */
    public UserCode(Logger log, Consumer<? super Throwable> onFailure) {
        this.log = new RareLog(log, LINES_A_SECOND);
        this.onFailure = onFailure;
    }

    /**
     * Runs an action of the program.
     *
     * @param subject the client, worker or handler for which it is called
     * @param consequence what has failed, and what happens next
     * @return false if it has thrown
     */
    public boolean run(Object subject, String consequence, Action action) {
        return get(subject, consequence, false, () -> {
            action.run();
            return true;
        });
    }

    /**
     * Calls code of the program for a value.
     *
     * @param subject the client, worker or handler for which it is called
     * @param consequence what has failed, and what happens next
     * @param otherwise the value if it throws
     */
    public <T> T get(Object subject, String consequence, T otherwise, Callable<? extends T> question) {
        try {
            return question.call();
        } catch (Throwable failure) {
            failed(subject, consequence, failure);
            return otherwise;
        }
    }

    /** Logs a failure of the program's code that was called in another way. */
    public void failed(Object subject, String consequence, Throwable failure) {
        log.error(subject + ": " + consequence, failure);
        try {
            onFailure.accept(failure);
        } catch (RuntimeException e) {
            log.error(subject + ": nothing else could be done about its failure", e);
        }
    }
}
