package dev.handoff.process;

import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Halt;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Threads;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ends this process: by {@link #exit}, by a {@link System#exit} elsewhere, or because nothing is left to do. That is so when only daemon
 * threads and threads of this runtime and the JVM are alive, and {@code handoff-events} has no task and no {@linkplain EventThread#hold()
 * hold}.
 */
final class Ending {
    private static final String JVM_END = "DestroyJavaVM";

    private final EventThread events = EventThread.get();
    private final Listeners<Integer> beforeExit = new Listeners<>();
    private final Listeners<Integer> exit = new Listeners<>();
    private final AtomicReference<@Nullable Thread> exiting = new AtomicReference<>();
    /** Whether {@code handoff-others} waits for other threads. */
    private final AtomicBoolean waiting = new AtomicBoolean();

    private volatile int exitCode;
    private volatile boolean inHook;
    private boolean watching;

    Subscription onBeforeExit(IntConsumer listener) {
        return beforeExit.add(listener::accept);
    }

    Subscription onExit(IntConsumer listener) {
        return exit.add(listener::accept);
    }

    int exitCode() {
        return exitCode;
    }

    void exitCode(int code) {
        exitCode = code;
    }

    boolean isExiting() {
        return exiting.get() != null;
    }

    /** Begins to watch for the end. */
    synchronized void watch() {
        if (!watching) {
            watching = true;
            Runtime.getRuntime().addShutdownHook(new Thread(null, this::onShutdown, "handoff-exit", 0, false));
            events.whenIdle(this::onIdle);
        }
    }

    /** Calls the exit listeners on this thread, and ends the JVM. Does not return. */
    void exit(int code) {
        if (exiting.compareAndSet(null, Thread.currentThread())) {
            events.stop();
            exitCode = code;
            exit.tell(code);
            Halt.exit(exitCode);
        } else if (exiting.get() == Thread.currentThread()) {
            endWithin(code);
        }
        while (true) {
            // Another thread is about to end the JVM.
            LockSupport.park(this);
        }
    }

    /** An exit listener has asked for another code: no further listener is called. */
    private void endWithin(int code) {
        if (inHook) {
            Halt.now(code);
        }
        Halt.exit(code);
    }

    /** Ends the JVM without calling the exit listeners. Does not return. */
    void exitSilently(int code) {
        exiting.set(Thread.currentThread());
        events.stop();
        endWithin(code);
    }

    private void onShutdown() {
        if (exiting.compareAndSet(null, Thread.currentThread())) {
            inHook = true;
            events.stop();
            exit.tell(exitCode);
        }
    }

    /** Called on {@code handoff-events} when it has nothing left to do. */
    private boolean onIdle() {
        if (hasMoreToDo()) {
            return true;
        }
        tellBeforeExit();
        if (hasMoreToDo()) {
            return true;
        }
        exit(exitCode);
        return false;
    }

    /** Whether there is work. Ticks do not count: they run here, and the work that they have added counts. */
    private boolean hasMoreToDo() {
        do {
            // In this order: what another thread added before it ended is found, even a tick.
            if (awaitsOthers() || events.hasWork()) {
                return true;
            }
        } while (events.runTicks());
        return false;
    }

    /** A thread that a listener has started counts as work, even if the thread has ended already. */
    private void tellBeforeExit() {
        if (!beforeExit.isEmpty()) {
            boolean started = AddedThreads.startedBy(() -> {
                beforeExit.tell(exitCode);
                events.runTicks();
            });
            if (started) {
                events.enqueue(() -> {});
            }
        }
    }

    /** Whether other threads are alive; when they have ended, the check is made again. */
    private boolean awaitsOthers() {
        if (anyOther().isEmpty()) {
            return false;
        }
        if (waiting.compareAndSet(false, true)) {
            Threads.startSoon(Threads.daemon("handoff-others", this::awaitOthers));
        }
        return true;
    }

    private void awaitOthers() {
        try {
            for (Optional<Thread> other = anyOther(); other.isPresent(); other = anyOther()) {
                other.get().join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // In this order: for a thread that is found alive from now on, another waiting thread is started.
        waiting.set(false);
        events.askAgain();
    }

    private Optional<Thread> anyOther() {
        Predicate<Thread> counts = thread -> thread.isAlive()
                && !thread.isDaemon()
                && !thread.getName().equals(JVM_END)
                && !thread.getName().equals(EventThread.NAME);
        return AddedThreads.alive().filter(counts).findFirst();
    }
}
