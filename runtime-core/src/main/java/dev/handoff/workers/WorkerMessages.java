package dev.handoff.workers;

import dev.handoff.cluster.Worker;
import dev.handoff.process.Message;
import dev.handoff.process.Subscription;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** Calls listeners with the messages of all workers of a cluster. Any thread may call. */
final class WorkerMessages {
    /** One listener, with its subscription at each worker. */
    private static final class Listening {
        private final BiConsumer<? super Worker, ? super Message> listener;
        private final Map<Integer, Subscription> workers = new HashMap<>();

        Listening(BiConsumer<? super Worker, ? super Message> listener) {
            this.listener = listener;
        }

        synchronized void begin(Worker worker) {
            workers.computeIfAbsent(worker.id(), id -> worker.onMessage(message -> listener.accept(worker, message)));
        }

        /** Closes no subscription: listeners may still have to be called with the worker's last messages. */
        synchronized void forget(Worker worker) {
            workers.remove(worker.id());
        }

        synchronized void close() {
            workers.values().forEach(Subscription::close);
            workers.clear();
        }
    }

    private final List<Listening> all = new CopyOnWriteArrayList<>();

    /**
     * Calls a listener with each message of those workers and of those that join.
     *
     * @param workers those that have joined
     */
    Subscription listen(Collection<? extends Worker> workers, BiConsumer<? super Worker, ? super Message> listener) {
        Listening listening = new Listening(listener);
        all.add(listening);
        workers.forEach(listening::begin);
        return () -> {
            all.remove(listening);
            listening.close();
        };
    }

    /** Adds a worker. It may have been among those of {@link #listen} already. */
    void joined(Worker worker) {
        all.forEach(listening -> listening.begin(worker));
    }

    /** Removes a worker that is gone. */
    void left(Worker worker) {
        all.forEach(listening -> listening.forget(worker));
    }
}
