package dev.handoff.process.spi;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;

/** A thread that only waits until it is ended. It reserves room for another thread. */
final class Spare {
    private static final Logger LOG = Logs.of(Spare.class);

    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = Threads.daemon("handoff-spare", this::await);

    /** Starts it; throws what {@link Thread#start} throws if the kernel grants no thread. */
    void begin() {
        thread.start();
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            LOG.debug("a spare thread was interrupted, and ends", e);
        }
    }

    void end() {
        end.countDown();
    }

    /** Ends it, and waits until its thread has ended. */
    void endNow() {
        end();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
