package dev.handoff.process.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.process.NodeTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventThreadTest {
    private final EventThread events = new EventThread();
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** Keeps the thread busy, so that the test can put things in line, until what this gives is counted down. */
    private CountDownLatch occupy() {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        events.enqueue(() -> {
            busy.countDown();
            awaitLatch(go);
        });
        awaitLatch(busy);
        return go;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tasksRunOneAtATimeInOrderOnTheNamedThread() {
        List<Integer> order = new ArrayList<>();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CountDownLatch go = occupy();
        IntStream.range(0, 1000).forEach(number -> events.enqueue(() -> order.add(number)));
        events.enqueue(() -> threads.add(Thread.currentThread()));
        go.countDown();
        await().until(() -> threads.size() == 1);
        assertThat(order)
                .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
        assertThat(threads.get(0).getName()).isEqualTo("handoff-events");
        assertThat(threads.get(0).isDaemon()).isFalse();
    }

    @Test
    @NodeTest("test-process-next-tick.js")
    @NodeTest("test-next-tick-ordering.js")
    void ticksRunBeforeAllThatWaitsAndInTheirOwnOrder() {
        CountDownLatch go = occupy();
        events.enqueue(() -> told.add("task"));
        events.nextTick(() -> {
            told.add("tick 1");
            events.nextTick(() -> told.add("tick 3, added by a tick"));
        });
        events.nextTick(() -> told.add("tick 2"));
        go.countDown();
        await().until(() -> told.size() == 4);
        assertThat(told).containsExactly("tick 1", "tick 2", "tick 3, added by a tick", "task");
    }

    @Test
    @NodeTest("test-next-tick-errors.js")
    void whatThrowsStopsNeitherTicksNorTasks() {
        CountDownLatch go = occupy();
        events.nextTick(() -> {
            throw new IllegalStateException("on purpose");
        });
        events.nextTick(() -> told.add("tick"));
        events.enqueue(() -> {
            throw new AssertionError("on purpose");
        });
        events.enqueue(() -> told.add("task"));
        go.countDown();
        await().dontCatchUncaughtExceptions().until(() -> told.size() == 2);
        assertThat(told).containsExactly("tick", "task");
    }

    @Test
    void anInterruptLeftByATaskDisturbsNoOther() {
        try (EventThread.Hold hold = events.hold()) {
            assertThat(hold).isNotNull();
            events.enqueue(() -> Thread.currentThread().interrupt());
            events.enqueue(() -> told.add("next"));
            await().until(() -> told.size() == 1);
        }
    }

    @Test
    void itEndsWithItsWorkAndIsThereAgainForMore() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        events.enqueue(() -> threads.add(Thread.currentThread()));
        await().until(() -> threads.size() == 1 && !threads.get(0).isAlive());
        events.enqueue(() -> threads.add(Thread.currentThread()));
        await().until(() -> threads.size() == 2 && !threads.get(1).isAlive());
        assertThat(threads.get(1)).isNotSameAs(threads.get(0));
    }

    @Test
    void aHoldKeepsItAliveUntilItIsClosed() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        EventThread.Hold first = events.hold();
        EventThread.Hold second = events.hold();
        events.enqueue(() -> threads.add(Thread.currentThread()));
        await().until(() -> threads.size() == 1 && threads.get(0).getState() == Thread.State.WAITING);
        first.close();
        first.close();
        assertThat(events.hasWork()).isTrue();
        second.close();
        await().until(() -> !threads.get(0).isAlive());
        assertThat(events.hasWork()).isFalse();
    }

    @Test
    void itAsksBeforeItEndsAndAgainAfterWhatCameOfTheQuestion() {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(3);
        events.whenIdle(() -> {
            ended.countDown();
            if (asked.incrementAndGet() < 3) {
                events.enqueue(() -> told.add("work"));
            }
            return false;
        });
        await().until(() -> ended.getCount() == 0 && told.size() == 2);
        assertThat(asked).hasValue(3);
    }

    @Test
    void nothingRunsAfterItWasStopped() {
        CountDownLatch go = occupy();
        events.enqueue(() -> told.add("task"));
        events.nextTick(() -> told.add("tick"));
        events.stop();
        events.enqueue(() -> told.add("later"));
        go.countDown();
        assertThat(events.hasWork()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void aListenerThatComesLateHearsOfWhatHappenedOnce() {
        Announcement<String> announcement = new Announcement<>();
        announcement.add(told::add);
        announcement.fire("first");
        announcement.fire("second");
        announcement.add(event -> told.add("late: " + event));
        await().until(() -> told.size() == 2);
        assertThat(told).containsExactly("first", "late: first");
    }

    @Test
    void aClosedSubscriptionHearsNothingMore() {
        Listeners<String> listeners = new Listeners<>();
        listeners.add(told::add).close();
        listeners.add(event -> told.add("other: " + event));
        listeners.fire("event");
        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly("other: event");
    }
}
