package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WakeUpTest {
    private static final int SENDERS = 2;
    private static final int SIGNALS = 50_000;

    /** Each sender waits for its last piece of work, so that signals meet resets as often as can be. */
    @Test
    void noSignalOfManyThreadsIsLost() throws Exception {
        ConcurrentLinkedQueue<Semaphore> work = new ConcurrentLinkedQueue<>();
        CountDownLatch done = new CountDownLatch(SENDERS * SIGNALS);
        try (WakeUp wakeUp = new WakeUp()) {
            Thread consumer = new Thread(() -> consume(wakeUp, work, done), "consumer");
            consumer.setDaemon(true);
            consumer.start();
            for (int count = 0; count < SENDERS; count++) {
                Thread sender = new Thread(() -> send(wakeUp, work), "sender");
                sender.setDaemon(true);
                sender.start();
            }
            assertThat(done.await(60, TimeUnit.SECONDS))
                    .as("all work was seen; left: %s", done.getCount())
                    .isTrue();
            consumer.join();
        }
    }

    private static void send(WakeUp wakeUp, ConcurrentLinkedQueue<Semaphore> work) {
        Semaphore seen = new Semaphore(0);
        for (int count = 0; count < SIGNALS; count++) {
            work.add(seen);
            wakeUp.signal();
            while (!seen.tryAcquire()) {
                Thread.onSpinWait();
            }
        }
    }

    /** Waits without a limit: a lost signal is a hang. */
    private static void consume(WakeUp wakeUp, ConcurrentLinkedQueue<Semaphore> work, CountDownLatch done) {
        Poller poller = new Poller();
        try {
            while (done.getCount() > 0) {
                poller.clear();
                int index = poller.add(wakeUp.fd(), Poller.IN);
                poller.poll(-1);
                if (poller.isReady(index)) {
                    wakeUp.reset();
                }
                for (Semaphore seen = work.poll(); seen != null; seen = work.poll()) {
                    seen.release();
                    done.countDown();
                }
            }
        } catch (UnixException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manySignalsAreOneWakeUp() throws Exception {
        try (WakeUp wakeUp = new WakeUp()) {
            Poller poller = new Poller();
            int index = poller.add(wakeUp.fd(), Poller.IN);
            assertThat(poller.poll(0)).isZero();
            wakeUp.signal();
            wakeUp.signal();
            assertThat(poller.poll(0)).isOne();
            assertThat(poller.isReady(index)).isTrue();
            wakeUp.reset();
            assertThat(poller.poll(0)).isZero();
            wakeUp.signal();
            assertThat(poller.poll(0)).isOne();
        }
    }

    @Test
    void aSignalAfterTheCloseTouchesNobodysDescriptor() throws Exception {
        WakeUp closed = new WakeUp();
        closed.close();
        try (WakeUp successor = new WakeUp()) {
            closed.signal();
            Poller poller = new Poller();
            poller.add(successor.fd(), Poller.IN);
            assertThat(poller.poll(0)).isZero();
        }
    }

    @Test
    void aPollerGrowsAndKeepsItsIndexes() throws Exception {
        List<WakeUp> many = new ArrayList<>();
        Poller poller = new Poller();
        for (int index = 0; index < 100; index++) {
            WakeUp each = new WakeUp();
            many.add(each);
            assertThat(poller.add(each.fd(), Poller.IN)).isEqualTo(index);
        }
        many.get(77).signal();
        assertThat(poller.poll(0)).isOne();
        for (int index = 0; index < 100; index++) {
            assertThat(poller.isReady(index)).isEqualTo(index == 77);
        }
        many.forEach(WakeUp::close);
    }
}
