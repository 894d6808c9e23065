package dev.handoff.process;

import dev.handoff.process.spi.EventThread;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Handles uncaught throwables. Monitors are called first, then the listeners. Without a listener the process ends if the throwable ended the
 * main thread, or any thread if the program has asked for that.
 */
final class Uncaught {
    private static final String MAIN = "main";
    private static final int EXIT_CODE = 1;
    private static final int LISTENER_FAILED = 7;

    private final Ending ending;
    private final List<BiConsumer<? super Throwable, ? super Thread>> monitors = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<? super Throwable, ? super Thread>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean everyThread;
    private @Nullable UncaughtExceptionHandler before;
    private boolean installed;

    Uncaught(Ending ending) {
        this.ending = ending;
    }

    Subscription addMonitor(BiConsumer<? super Throwable, ? super Thread> monitor) {
        return add(monitors, monitor);
    }

    Subscription addListener(BiConsumer<? super Throwable, ? super Thread> listener) {
        return add(listeners, listener);
    }

    private Subscription add(
            List<BiConsumer<? super Throwable, ? super Thread>> all,
            BiConsumer<? super Throwable, ? super Thread> added) {
        install();
        BiConsumer<Throwable, Thread> own = added::accept;
        all.add(own);
        return () -> all.remove(own);
    }

    void endWithEveryThread(boolean ends) {
        install();
        everyThread = ends;
    }

    synchronized void install() {
        if (!installed) {
            installed = true;
            before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler(this::onUncaught);
        }
    }

    /** What a listener or a tick has thrown is handled before the next one runs, as in Node. */
    private void onUncaught(Thread thread, Throwable failure) {
        if (ending.isExiting() || EventThread.get().isCurrent()) {
            handle(thread, failure);
        } else {
            EventThread.get().enqueue(() -> handle(thread, failure));
        }
    }

    private void handle(Thread thread, Throwable failure) {
        tell(monitors, thread, failure);
        if (!listeners.isEmpty()) {
            tell(listeners, thread, failure);
        } else if (ending.isExiting()) {
            print(thread, failure);
            ending.exitCode(EXIT_CODE);
        } else if (everyThread || isMain(thread)) {
            print(thread, failure);
            ending.exit(EXIT_CODE);
        } else {
            passOn(thread, failure);
        }
    }

    private void tell(List<BiConsumer<? super Throwable, ? super Thread>> all, Thread thread, Throwable failure) {
        try {
            all.forEach(each -> each.accept(failure, thread));
        } catch (Throwable e) {
            print(Thread.currentThread(), e);
            ending.exitSilently(LISTENER_FAILED);
        }
    }

    private static boolean isMain(Thread thread) {
        return thread.getName().equals(MAIN);
    }

    private void passOn(Thread thread, Throwable failure) {
        UncaughtExceptionHandler others = others();
        if (others == null) {
            print(thread, failure);
        } else {
            others.uncaughtException(thread, failure);
        }
    }

    private synchronized @Nullable UncaughtExceptionHandler others() {
        return before;
    }

    /** As the JVM prints it. */
    private static void print(Thread thread, Throwable failure) {
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        failure.printStackTrace();
    }
}
