package dev.handoff.process.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.handoff.unix.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes one of whose threads cannot go on. */
@Timeout(180)
class FatalTest {
    private static final List<String> STDERR_TO_US = List.of("sh", "-c", "exec \"$@\" 2>&1", "sh");

    @Test
    void aProcessWithoutHeapEndsAtOnceAndSaysSo() throws Exception {
        try (ChildJvm child = ChildJvm.start(STDERR_TO_US, Map.of(), WithoutHeap.class)) {
            assertThat(child.output()).contains("handoff: out of memory");
            assertThat(child.exitCode()).isEqualTo(1);
        }
    }

    /** What it prints is not read, so that the failure cannot be told. */
    @Test
    void soDoesOneWhoseOutputIsStopped() throws Exception {
        try (ChildJvm child = ChildJvm.start(STDERR_TO_US, Map.of(), WithoutHeap.class, "and without output")) {
            assertThat(child.exitCode()).isEqualTo(1);
        }
    }

    /** A future keeps an error of what depends on it for itself. */
    @Test
    void anErrorInWhatDependsOnAFutureIsNotLost() throws Exception {
        try (ChildJvm child = ChildJvm.start(STDERR_TO_US, Map.of(), InAFuture.class)) {
            assertThat(child.output()).contains("main failed", "NoClassDefFoundError");
            assertThat(child.exitCode()).isEqualTo(1);
        }
    }

    static final class WithoutHeap {
        private static final List<byte[]> KEPT = new ArrayList<>(1 << 20);

        private WithoutHeap() {}

        public static void main(String[] arguments) throws Exception {
            Fatal.prepare();
            if (arguments.length > 0) {
                fillOutput();
            }
            Threads.start(Threads.daemon("victim", WithoutHeap::fillHeap));
            new CountDownLatch(1).await();
        }

        private static void fillOutput() throws InterruptedException {
            Thread printing = new Thread(() -> System.err.println("x".repeat(1 << 20)));
            printing.setDaemon(true);
            printing.start();
            // Native, where a write to a full pipe waits.
            while (printing.getState() != Thread.State.RUNNABLE || !isWriting(printing)) {
                Thread.onSpinWait();
            }
        }

        private static boolean isWriting(Thread printing) {
            StackTraceElement[] stack = printing.getStackTrace();
            return stack.length > 0 && stack[0].getMethodName().equals("writeBytes");
        }

        private static void fillHeap() {
            for (int size = 1 << 20; size > 0; size /= 4) {
                try {
                    while (true) {
                        KEPT.add(new byte[size]);
                    }
                } catch (OutOfMemoryError e) {
                    // Smaller ones find room still.
                }
            }
            KEPT.add(new byte[1 << 20]);
        }
    }

    static final class InAFuture {
        private InAFuture() {}

        public static void main(String[] arguments) throws Exception {
            CompletableFuture<Void> future = new CompletableFuture<>();
            future.thenRun(() -> Threads.guard(() -> {
                throw new NoClassDefFoundError("on purpose");
            }));
            future.complete(null);
            new CountDownLatch(1).await();
        }
    }
}
