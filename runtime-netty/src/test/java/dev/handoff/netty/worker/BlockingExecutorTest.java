package dev.handoff.netty.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class BlockingExecutorTest {
    @Test
    void twoHundredTasksWaitAtTheSameTimeOnNamedThreads() throws Exception {
        ExecutorService executor = BlockingExecutor.create();
        CountDownLatch all = new CountDownLatch(200);
        CountDownLatch go = new CountDownLatch(1);
        Set<String> names = ConcurrentHashMap.newKeySet();
        try {
            for (int i = 0; i < 200; i++) {
                executor.execute(() -> {
                    names.add(Thread.currentThread().getName());
                    all.countDown();
                    awaitQuietly(go);
                });
            }
            all.await();
            assertThat(names).hasSize(200).allMatch(name -> name.matches("handoff-blocking-\\d+"));
        } finally {
            go.countDown();
            executor.shutdown();
        }
    }

    @Test
    void poolRejectsWhatItsQueueCannotHold() {
        ExecutorService pool = BlockingExecutor.pool(1, 2);
        CountDownLatch go = new CountDownLatch(1);
        try {
            for (int i = 0; i < 3; i++) {
                pool.execute(() -> awaitQuietly(go));
            }
            assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        } finally {
            go.countDown();
            pool.shutdown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
