package dev.handoff.guard;

import dev.handoff.unix.RareLog;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Calls code of the program's: handlers, hooks, policies. Whatever it throws, an {@link Error} included, ends that call alone and
 * goes to the log, {@value #LINES_A_SECOND} times a second at most, because most of it is called as often as clients like. An
 * interrupt that it answers with an exception is used up: the thread is ours, and goes on. Any thread.
 *
 * <p>Listeners of events are called by {@link dev.handoff.process.spi.EventThread#call}, as Node does it.
 */
public final class UserCode {
    static final int LINES_A_SECOND = 10;

    private final RareLog log;
    private final Consumer<? super Throwable> onFailure;

    /** Code of the program's that may throw anything. */
    @FunctionalInterface
    public interface Action {
        /** Runs it. */
        void run() throws Exception;
    }

    /** Failures go to that logger. */
    public UserCode(Logger log) {
        this(log, failure -> {});
    }

    /**
     * Failures go to that logger.
     *
     * @param onFailure called with each of them, on the thread that it has happened on
     */
    public UserCode(Logger log, Consumer<? super Throwable> onFailure) {
        this.log = new RareLog(log, LINES_A_SECOND);
        this.onFailure = onFailure;
    }

    /**
     * Runs a piece of it.
     *
     * @param subject the client, worker or handler that it is called for
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
     * Asks a piece of it.
     *
     * @param subject the client, worker or handler that it is called for
     * @param consequence what has failed, and what happens next
     * @param otherwise the answer if it throws
     */
    public <T> T get(Object subject, String consequence, T otherwise, Callable<? extends T> question) {
        try {
            return question.call();
        } catch (Throwable failure) {
            failed(subject, consequence, failure);
            return otherwise;
        }
    }

    /** Notes that a piece of it has failed which was called, or has told so, in another way. */
    public void failed(Object subject, String consequence, Throwable failure) {
        log.error(subject + ": " + consequence, failure);
        try {
            onFailure.accept(failure);
        } catch (RuntimeException e) {
            log.error(subject + ": nothing else could be done about its failure", e);
        }
    }
}
