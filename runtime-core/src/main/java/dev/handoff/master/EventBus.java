package dev.handoff.master;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.Worker;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes each event once, numbered, in order: listeners are called one at a time on the thread {@code
 * handoff-events}, which is held until it has told what came before {@link #close}.
 *
 * <p>Only the supervisor publishes. It waits for no listener: where what they have not heard takes {@value #ROOM_BYTES} bytes,
 * further events are dropped, which shows as a gap in the numbers.
 */
final class EventBus implements AutoCloseable {
    private static final RareLog LOG = new RareLog(Logs.of(EventBus.class));
    private static final long ROOM_BYTES = 16L << 20;

    /** What an event takes beside its text. */
    private static final int OVERHEAD = 256;

    /**
     * An event and whom it is about.
     *
     * @param worker null if it is about the cluster
     */
    record Notice(ClusterEvent event, @Nullable Worker worker) {}

    private final EventThread thread = EventThread.get();
    private final Listeners<Notice> listeners = new Listeners<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private EventThread.@Nullable Hold hold;
    private long published;

    /** Keeps the JVM alive to hear of what comes. */
    void start() {
        hold = thread.hold();
    }

    /** Calls a listener for each event from now on. Any thread. */
    Subscription subscribe(Consumer<Notice> consumer) {
        return listeners.add(consumer);
    }

    /** Publishes what happened to a worker. Called on the supervisor's thread. */
    void publish(String name, Worker worker, String cause) {
        offer(
                new ClusterEvent(
                        ++published,
                        Instant.now(),
                        name,
                        worker.id(),
                        worker.slot(),
                        worker.generation(),
                        worker.pid(),
                        cause),
                worker);
    }

    /** Publishes what happened to the cluster or to a slot of it. Called on the supervisor's thread. */
    void publish(String name, int slot, int generation, String cause) {
        offer(new ClusterEvent(++published, Instant.now(), name, 0, slot, generation, 0, cause), null);
    }

    private void offer(ClusterEvent event, @Nullable Worker worker) {
        long bytes = OVERHEAD + (long) Character.BYTES * event.cause().length();
        if (pendingBytes.get() + bytes <= ROOM_BYTES) {
            pendingBytes.addAndGet(bytes);
            thread.enqueue(() -> tell(new Notice(event, worker), bytes));
        } else {
            LOG.warn("listeners of events are too far behind: " + event.name() + " is not told to them");
        }
    }

    private void tell(Notice notice, long bytes) {
        pendingBytes.addAndGet(-bytes);
        listeners.tell(notice);
    }

    /** Lets the thread go once all is told; does not wait for that. Called on the supervisor's thread. */
    @Override
    public void close() {
        EventThread.Hold held = hold;
        if (held != null) {
            thread.enqueue(held::close);
        }
    }
}
