package dev.handoff.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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

    /**
     * A signal in the midst of a reset: its read, made to block, waits until the signal has come. Were the flag taken down
     * before the read and not behind it, this signal would put it up again, and the next one would be taken for told.
     */
    @Test
    void theSignalAfterOneThatMetAResetIsNotLost() throws Exception {
        try (WakeUp wakeUp = new WakeUp()) {
            jnr.enxio.channels.Native.setBlocking(wakeUp.fd().number(), true);
            Thread resetting = new Thread(wakeUp::reset, "resetting");
            resetting.setDaemon(true);
            resetting.start();
            await().until(() -> isRead(wakeUp.fd()));
            wakeUp.signal();
            resetting.join();
            jnr.enxio.channels.Native.setBlocking(wakeUp.fd().number(), false);
            wakeUp.signal();
            Poller poller = new Poller();
            poller.add(wakeUp.fd(), Poller.IN);
            assertThat(poller.poll(0)).isOne();
        }
    }

    /** Whether a thread waits in a system call with that descriptor and room for a long: proc(5), syscall. */
    private static boolean isRead(Fd fd) throws IOException {
        Pattern reading = Pattern.compile("\\d+ 0x" + Integer.toHexString(fd.number()) + " 0x[0-9a-f]+ 0x8 .*");
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                if (reading.matcher(call(thread)).matches()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String call(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("syscall")).strip();
        } catch (NoSuchFileException e) {
            return "ended";
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
