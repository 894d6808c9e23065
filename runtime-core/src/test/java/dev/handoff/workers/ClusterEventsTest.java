package dev.handoff.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.handoff.cluster.WorkerState;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterEventsTest {
    private final ClusterEvents bus = new ClusterEvents();
    private final List<ClusterEvents.Notice> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        bus.start();
    }

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void tellsEachEventOnceInOrderOnItsOwnThread() {
        List<String> threads = new CopyOnWriteArrayList<>();
        bus.subscribe(heard::add);
        bus.subscribe(notice -> threads.add(Thread.currentThread().getName()));
        for (int turn = 0; turn < 1000; turn++) {
            bus.publish("scale", 0, 1, "");
        }
        await().until(() -> threads.size() == 1000);
        assertThat(heard.stream().mapToLong(notice -> notice.event().number()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1000).boxed().toList());
        assertThat(threads).containsOnly("handoff-events");
    }

    @Test
    void whatIsNotToldYetIsBoundedByItsCauses() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        EventThread.get().enqueue(goOn::join);
        bus.subscribe(heard::add);
        String cause = "x".repeat(1 << 20);
        for (int count = 0; count < 100; count++) {
            bus.publish("slot.errored", 1, 1, cause);
        }
        goOn.complete(null);
        EventThread.get().enqueue(() -> bus.publish("scale", 0, 1, ""));
        await().until(() ->
                heard.stream().anyMatch(notice -> notice.event().name().equals("scale")));
        assertThat(heard).hasSizeBetween(2, 20);
        assertThat(heard.get(heard.size() - 1).event().number()).isEqualTo(101);
    }

    @Test
    void saysWhomItIsAbout() {
        bus.subscribe(heard::add);
        FakeWorker worker = new FakeWorker(7, 2, 3, WorkerState.READY);
        bus.publish("worker.ready", worker, "probed");
        await().until(() -> heard.size() == 1);
        assertThat(heard.get(0).worker()).isSameAs(worker);
        assertThat(heard.get(0).event()).satisfies(event -> {
            assertThat(event.name()).isEqualTo("worker.ready");
            assertThat(event.workerId()).isEqualTo(7);
            assertThat(event.slot()).isEqualTo(2);
            assertThat(event.generation()).isEqualTo(3);
            assertThat(event.pid()).isEqualTo(1007);
            assertThat(event.cause()).isEqualTo("probed");
        });
    }

    @Test
    void aListenerThatThrowsStopsNoOther() {
        bus.subscribe(notice -> {
            throw new AssertionError("on purpose");
        });
        bus.subscribe(heard::add);
        bus.publish("scale", 0, 1, "");
        bus.publish("scale", 0, 1, "");
        await().dontCatchUncaughtExceptions().until(() -> heard.size() == 2);
    }

    @Test
    void anEndedSubscriptionHearsNothing() {
        Subscription subscription = bus.subscribe(heard::add);
        List<ClusterEvents.Notice> others = new CopyOnWriteArrayList<>();
        bus.subscribe(others::add);
        subscription.close();
        subscription.close();
        bus.publish("scale", 0, 1, "");
        await().until(() -> others.size() == 1);
        assertThat(heard).isEmpty();
    }

    @Test
    void tellsWhatCameBeforeItsEnd() {
        bus.subscribe(heard::add);
        bus.publish("cluster.stopped", 0, 1, "");
        bus.close();
        await().until(() -> heard.size() == 1);
    }
}
