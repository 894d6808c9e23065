package dev.handoff.process.spi;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The end of this process without its shutdown hooks, and what has to be done before that all the same. */
public final class Halt {
    private static final List<Runnable> BEFORE = new CopyOnWriteArrayList<>();

    private Halt() {}

    /** Runs something before each halt from now on, on the thread that halts. It must not take long, nor fail. */
    public static void before(Runnable last) {
        BEFORE.add(last);
    }

    /** Does so no more. */
    public static void noMore(Runnable last) {
        BEFORE.remove(last);
    }

    static void doLastThings() {
        BEFORE.forEach(Runnable::run);
    }

    /** Halts. */
    public static void now(int exitCode) {
        try {
            doLastThings();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
