package dev.handoff.unix;

import dev.handoff.process.spi.NoThreadException;
import dev.handoff.process.spi.Threads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Waits on behalf of virtual threads. A virtual thread that waits in a native call keeps its carrier, and as many as there are carriers
 * would stop all virtual threads of this JVM. One platform thread, {@code handoff-poll}, waits for all of them. It is a daemon, and is
 * started by the first such wait.
 */
final class PollThread {
    private static final class Wait {
        private final Poller poller;
        private final boolean hasLimit;
        private final long endNanos;
        private final CompletableFuture<Integer> ready = new CompletableFuture<>();
        private int first;

        Wait(Poller poller, int timeoutMillis) {
            this.poller = poller;
            this.hasLimit = timeoutMillis >= 0;
            this.endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        }

        /** Rounded up, so that the limit is over after that time; negative without a limit. */
        int millisLeft(long nowNanos) {
            long left = Math.max(0, endNanos - nowNanos + 999_999);
            return hasLimit ? (int) TimeUnit.NANOSECONDS.toMillis(left) : -1;
        }
    }

    private final WakeUp wakeUp;
    private final Queue<Wait> added = new ConcurrentLinkedQueue<>();
    private final Poller all = new Poller();
    private final List<Wait> waits = new ArrayList<>();

    private PollThread(WakeUp wakeUp) {
        this.wakeUp = wakeUp;
    }

    private static @Nullable PollThread instance;

    /** This JVM's instance. If its thread could not be started, the next call tries again. */
    static synchronized PollThread get() throws UnixException {
        PollThread current = instance;
        if (current == null) {
            current = new PollThread(new WakeUp());
            current.start();
            instance = current;
        }
        return current;
    }

    private void start() throws UnixException {
        try {
            Threads.start(Threads.daemon("handoff-poll", this::run));
        } catch (NoThreadException e) {
            wakeUp.close();
            throw new UnixException(
                    "cannot wait for descriptors on virtual threads, " + e.getMessage(), Errno.EAGAIN.intValue());
        }
    }

    /** As {@link Poller#poll}. Called on virtual threads: parks. */
    int poll(Poller poller, int timeoutMillis) throws UnixException {
        Wait wait = new Wait(poller, timeoutMillis);
        added.add(wait);
        wakeUp.signal();
        try {
            return wait.ready.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnixException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void run() {
        while (true) {
            turn();
        }
    }

    private void turn() {
        for (Wait wait = added.poll(); wait != null; wait = added.poll()) {
            waits.add(wait);
        }
        all.clear();
        int woken = all.add(wakeUp.fd(), Poller.IN);
        waits.forEach(wait -> wait.first = all.addAll(wait.poller));
        try {
            all.pollHere(millisLeft());
        } catch (UnixException e) {
            waits.forEach(wait -> wait.ready.completeExceptionally(e));
            waits.clear();
            return;
        }
        if (all.isReady(woken)) {
            wakeUp.reset();
        }
        endReadyWaits();
    }

    private int millisLeft() {
        long now = System.nanoTime();
        return waits.stream()
                .mapToInt(wait -> wait.millisLeft(now))
                .filter(millis -> millis >= 0)
                .min()
                .orElse(-1);
    }

    private void endReadyWaits() {
        long now = System.nanoTime();
        for (Iterator<Wait> each = waits.iterator(); each.hasNext(); ) {
            Wait wait = each.next();
            int ready = all.copyResults(wait.first, wait.poller);
            if (ready > 0 || wait.millisLeft(now) == 0) {
                each.remove();
                wait.ready.complete(ready);
            }
        }
    }
}
