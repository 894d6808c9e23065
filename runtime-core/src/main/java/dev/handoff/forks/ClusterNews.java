package dev.handoff.forks;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Listeners;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens to workers, and to all of them together, told once and in order on {@code handoff-events}. Any thread may call. */
final class ClusterNews {
    /** The kinds of events, by the names that they have in a supervised cluster. */
    enum Kind {
        FORKED,
        ONLINE,
        LISTENING,
        READY,
        LEAVING,
        DISCONNECTED,
        EXITED;

        private String text() {
            return "worker." + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * One event.
     *
     * @param address where it listens now; null for all that is no LISTENING
     */
    record Notice(Kind kind, ForkedProcess worker, @Nullable ListenAddress address) {}

    private final Listeners<Notice> listeners = new Listeners<>();
    private final Listeners<ClusterEvent> eventListeners = new Listeners<>();
    private long published;

    /** Tells of a worker. */
    void publish(Kind kind, ForkedProcess worker, String cause) {
        publish(kind, worker, cause, null);
    }

    /** Tells that a worker listens. */
    void publishListening(ForkedProcess worker, ListenAddress address) {
        publish(Kind.LISTENING, worker, address.toString(), address);
    }

    /** Tells that workers have a new secret for TLS session tickets. */
    synchronized void publishNewTickets() {
        ClusterEvent event = new ClusterEvent(++published, Instant.now(), "tickets.renewed", 0, 0, 0, 0, "");
        EventThread.get().enqueue(() -> eventListeners.tell(event));
    }

    /** Whoever subscribes in a task of {@code handoff-events} that is before it in line hears it as well. */
    private synchronized void publish(Kind kind, ForkedProcess worker, String cause, @Nullable ListenAddress address) {
        ClusterEvent event = new ClusterEvent(
                ++published,
                Instant.now(),
                kind.text(),
                worker.id(),
                worker.slot(),
                worker.generation(),
                Math.max(0, worker.pid()),
                cause);
        EventThread.get().enqueue(() -> {
            listeners.tell(new Notice(kind, worker, address));
            eventListeners.tell(event);
        });
    }

    Subscription subscribe(Kind kind, Consumer<Notice> listener) {
        return listeners.add(notice -> {
            if (notice.kind() == kind) {
                listener.accept(notice);
            }
        });
    }

    Subscription subscribe(Consumer<? super ClusterEvent> listener) {
        return eventListeners.add(listener);
    }
}
