package dev.handoff.netty.worker;

import dev.handoff.netty.WorkerContext;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** A worker's handlers, one for each listener. A handler that serves several listeners is built and started once. */
final class Handlers {
    /** By the keys of the listeners. */
    private final List<WorkerHandler> byListener = new ArrayList<>();

    private final List<WorkerHandler> distinct = new ArrayList<>();
    private final List<WorkerHandler> started = new ArrayList<>();

    private Handlers() {}

    /**
     * Builds them.
     *
     * @throws IllegalStateException if there is none for a listener
     */
    static Handlers of(List<ListenerDescription> listeners, List<Binding> bindings) {
        Handlers handlers = new Handlers();
        Map<Supplier<? extends WorkerHandler>, WorkerHandler> built = new HashMap<>();
        for (Binding binding : Bindings.of(listeners, bindings)) {
            WorkerHandler handler = built.get(binding.handler());
            if (handler == null) {
                handler = Objects.requireNonNull(binding.handler().get(), "the program's supplier gave no handler");
                built.put(binding.handler(), handler);
                handlers.distinct.add(handler);
            }
            handlers.byListener.add(handler);
        }
        return handlers;
    }

    /** A single handler, which exists already. */
    static Handlers of(WorkerHandler handler) {
        Handlers handlers = new Handlers();
        handlers.byListener.add(handler);
        handlers.distinct.add(handler);
        return handlers;
    }

    /** The handler of a listener. */
    WorkerHandler get(int key) {
        return byListener.get(key);
    }

    /** The handlers by the keys of their listeners. */
    List<WorkerHandler> byListener() {
        return byListener;
    }

    void start(WorkerContext context) throws Exception {
        for (WorkerHandler handler : distinct) {
            handler.start(context);
            started.add(handler);
        }
    }

    void leaving(WorkerContext context) {
        for (WorkerHandler handler : distinct) {
            ProgramCode.run(
                    handler,
                    "it failed to hear that this worker leaves, which drains all the same",
                    () -> handler.leaving(context));
        }
    }

    /** Stops the handlers that were started. */
    void stop(WorkerContext context) {
        for (WorkerHandler handler : started) {
            ProgramCode.run(
                    handler, "it did not stop properly; this worker leaves all the same", () -> handler.stop(context));
        }
    }
}
