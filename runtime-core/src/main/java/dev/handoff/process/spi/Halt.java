package dev.handoff.process.spi;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Ends this process without its shutdown hooks, after a few last actions. */
public final class Halt {
    private static final List<Runnable> BEFORE = new CopyOnWriteArrayList<>();

    private static volatile int exitCode;

    private Halt() {}

    /** Ends this process by its shutdown hooks; does not return. */
    public static void exit(int code) {
        exitCode = code;
        System.exit(code);
    }

    /** With which code this process ends by its hooks, as far as that was said here: 0 otherwise. */
    static int exitCode() {
        return exitCode;
    }

    /** Runs an action before each halt from now on, on the thread that halts. It must not take long, nor fail. */
    public static void before(Runnable last) {
        BEFORE.add(last);
    }

    /** Does not run that action any more. */
    public static void noMore(Runnable last) {
        BEFORE.remove(last);
    }

    static void doLastThings() {
        BEFORE.forEach(Runnable::run);
    }

    /** Runs the last actions and halts the JVM. */
    public static void now(int exitCode) {
        try {
            doLastThings();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
