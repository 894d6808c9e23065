package dev.handoff.workers;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.Worker;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.RareLog;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes each event once, numbered, in order: listeners are called one at a time on the thread {@code handoff-events}. A
 * listener that is added in a task of that thread hears what is published after the start of the task.
 *
 * <p>A master publishes from one thread at a time or several; it waits for no listener. Where what they have not heard takes
 * {@value #ROOM_BYTES} bytes, further events are dropped, which shows as a gap in the numbers. Any thread may call.
 */
public final class ClusterEvents implements AutoCloseable {
    private static final RareLog LOG = new RareLog(Logs.of(ClusterEvents.class));
    private static final long ROOM_BYTES = 16L << 20;

    /** What an event takes beside its text. */
    private static final int OVERHEAD = 256;

    /**
     * An event and the worker that it is about.
     *
     * @param worker null if it is about the cluster
     * @param address where that worker listens now, if the event says so of one address
     */
    public record Notice(
            ClusterEvent event,
            @Nullable Worker worker,
            @Nullable ListenAddress address) {}

    private final EventThread thread = EventThread.get();
    private final Listeners<Notice> listeners = new Listeners<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private EventThread.@Nullable Hold hold;
    private long published;

    /** No event yet. */
    public ClusterEvents() {}

    /** Keeps the JVM alive to hear of what comes, until {@link #close}. */
    public synchronized void start() {
        hold = thread.hold();
    }

    /** Calls a listener for each event from now on. */
    public Subscription subscribe(Consumer<Notice> consumer) {
        return listeners.add(consumer);
    }

    /** Calls a listener with each event of that name, and the worker that it is about. */
    Subscription subscribe(String name, BiConsumer<Worker, Notice> listener) {
        return listeners.add(notice -> {
            Worker worker = notice.worker();
            if (worker != null && notice.event().name().equals(name)) {
                listener.accept(worker, notice);
            }
        });
    }

    /** Publishes what happened to a worker. */
    public void publish(String name, Worker worker, String cause) {
        publish(name, worker, null, cause);
    }

    /** Publishes that a worker listens. */
    public void publishListening(Worker worker, ListenAddress address) {
        publish("worker.listening", worker, address, address.toString());
    }

    private synchronized void publish(String name, Worker worker, @Nullable ListenAddress address, String cause) {
        ClusterEvent event = new ClusterEvent(
                ++published,
                Instant.now(),
                name,
                worker.id(),
                worker.slot(),
                worker.generation(),
                Math.max(0, worker.pid()),
                cause);
        offer(new Notice(event, worker, address));
    }

    /** Publishes what happened to the cluster or to a slot of it. */
    public synchronized void publish(String name, int slot, int generation, String cause) {
        offer(new Notice(
                new ClusterEvent(++published, Instant.now(), name, 0, slot, generation, 0, cause), null, null));
    }

    private void offer(Notice notice) {
        ClusterEvent event = notice.event();
        long bytes = OVERHEAD + (long) Character.BYTES * event.cause().length();
        if (pendingBytes.get() + bytes <= ROOM_BYTES) {
            pendingBytes.addAndGet(bytes);
            thread.enqueue(() -> tell(notice, bytes));
        } else {
            LOG.warn("listeners of events are too far behind: " + event.name() + " is not told to them");
        }
    }

    private void tell(Notice notice, long bytes) {
        pendingBytes.addAndGet(-bytes);
        listeners.tell(notice);
    }

    /** Lets the thread go once all is told; does not wait for that. */
    @Override
    public synchronized void close() {
        EventThread.Hold held = hold;
        if (held != null) {
            thread.enqueue(held::close);
        }
    }
}
