package dev.handoff.netty.worker;

import dev.handoff.guard.UserCode;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.spi.Logs;
import java.util.concurrent.Callable;

/**
 * Calls code of the program's from an event loop or a worker's main thread: what it throws costs its own connection or event, never
 * its neighbours'. A worker that has run out leaves.
 */
public final class ProgramCode {
    private static final UserCode CODE = new UserCode(Logs.of(WorkerHandler.class), Exhaustion::check);

    private ProgramCode() {}

    /** As {@link UserCode#run}. */
    public static boolean run(Object subject, String consequence, UserCode.Action action) {
        return CODE.run(subject, consequence, action);
    }

    /** As {@link UserCode#get}. */
    static <T> T get(Object subject, String consequence, T otherwise, Callable<? extends T> question) {
        return CODE.get(subject, consequence, otherwise, question);
    }

    /** As {@link UserCode#failed}. */
    public static void failed(Object subject, String consequence, Throwable failure) {
        CODE.failed(subject, consequence, failure);
    }
}
