package dev.handoff.launch;

import dev.handoff.child.Runner;
import dev.handoff.cluster.StartException;

/**
 * Whether running this process's command line again would run the program that asks for it. Not so inside a runner, which
 * would run itself again, nor off the main thread, where what main did before is not known.
 */
final class RepeatableProgram {
    private RepeatableProgram() {}

    /**
     * Checks the calling thread.
     *
     * @throws StartException naming the runner and the ways out
     */
    static void check() {
        check(Thread.currentThread().getStackTrace(), Thread.currentThread().getName());
    }

    static void check(StackTraceElement[] stack, String threadName) {
        Runner.of(stack).ifPresent(runner -> {
            throw refusal("it runs inside " + runner + ", which a worker would start once more");
        });
        if (!beganInMain(stack)) {
            throw refusal("it was called on the thread '" + threadName + "', and workers repeat what main does");
        }
    }

    /** Every other thread begins in a run; the number of the main one is 1 on JDK 17 and 3 on 25. */
    private static boolean beganInMain(StackTraceElement[] stack) {
        return stack[stack.length - 1].getMethodName().equals("main");
    }

    private static StartException refusal(String reason) {
        return new StartException(
                StartException.WRONG_SETTING,
                "cannot start workers by repeating this program's command line: " + reason
                        + "; name the workers' main class with workerMain(Class), run the program in a JVM of its own"
                        + " (exec:exec instead of exec:java), or serve without workers (handoff.workers=0)");
    }
}
