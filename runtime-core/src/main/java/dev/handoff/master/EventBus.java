package dev.handoff.master;

import dev.handoff.cluster.ClusterEvent;
import dev.handoff.cluster.Worker;
import dev.handoff.process.Subscription;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes each event once, numbered, in order: listeners are called one at a time on the thread {@code
 * handoff-events}, which goes on until it has told what came before {@link #close}.
 *
 * <p>Only the supervisor publishes. It waits for no listener: where they are {@value #ROOM} events behind, further ones
 * are dropped, which shows as a gap in the numbers.
 */
final class EventBus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);
    private static final int ROOM = 65_536;
    private static final Notice END = new Notice(new ClusterEvent(0, Instant.EPOCH, "", 0, 0, 0, 0, ""), null);

    /**
     * An event and whom it is about.
     *
     * @param worker null if it is about the cluster
     */
    record Notice(ClusterEvent event, @Nullable Worker worker) {}

    private final BlockingQueue<Notice> pending = new ArrayBlockingQueue<>(ROOM + 1);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "handoff-events");
    private long published;
    private long dropped;

    /** Begins to call listeners. */
    void start() {
        thread.start();
    }

    /** Calls a listener for each event from now on. Any thread. */
    Subscription subscribe(Consumer<Notice> consumer) {
        Listener listener = new Listener(consumer);
        listeners.add(listener);
        return () -> {
            listener.end();
            listeners.remove(listener);
        };
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
        // The last place is kept for the end. Nobody else puts anything in, so the room that was seen stays.
        if (pending.remainingCapacity() > 1) {
            pending.add(new Notice(event, worker));
        } else if (dropped++ == 0) {
            LOG.warn("listeners are {} events behind: {} and what follows is not told to them", ROOM, event.name());
        }
    }

    private void run() {
        try {
            for (Notice notice = pending.take(); !notice.equals(END); notice = pending.take()) {
                Notice told = notice;
                listeners.forEach(listener -> listener.call(told));
            }
        } catch (InterruptedException e) {
            LOG.error("interrupted: no listener hears of anything any more", e);
        }
    }

    /** Ends the thread once all is told; does not wait for that. Called on the supervisor's thread, once. */
    @Override
    public void close() {
        pending.add(END);
    }

    private static final class Listener {
        private final Consumer<Notice> consumer;
        private boolean ended;

        Listener(Consumer<Notice> consumer) {
            this.consumer = consumer;
        }

        private synchronized boolean begins() {
            return !ended;
        }

        synchronized void end() {
            ended = true;
        }

        void call(Notice notice) {
            if (begins()) {
                try {
                    consumer.accept(notice);
                } catch (Throwable e) {
                    LOG.error(
                            "a listener failed at {}: the others are called all the same",
                            notice.event().name(),
                            e);
                }
            }
        }
    }
}
