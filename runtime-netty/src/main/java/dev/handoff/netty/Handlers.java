package dev.handoff.netty;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A worker's handlers, one for each listener; one that serves several listeners is built and started once. */
final class Handlers {
    /** By the keys of the listeners. */
    private final List<WorkerHandler> byListener = new ArrayList<>();

    private final List<WorkerHandler> distinct = new ArrayList<>();
    private final List<WorkerHandler> started = new ArrayList<>();

    private Handlers() {}

    /**
     * Builds them: a listener with a name gets the handler of the program's listener of that name, another one that of
     * the same place, or of the last if the operator has said more listeners than the program.
     *
     * @param listeners the listeners' names, by their keys
     */
    static Handlers of(List<String> listeners, List<Binding> bindings) {
        Handlers handlers = new Handlers();
        Map<Supplier<? extends WorkerHandler>, WorkerHandler> built = new HashMap<>();
        for (int key = 0; key < listeners.size(); key++) {
            Supplier<? extends WorkerHandler> supplier = supplierOf(key, listeners.get(key), bindings);
            WorkerHandler handler = built.get(supplier);
            if (handler == null) {
                handler = supplier.get();
                built.put(supplier, handler);
                handlers.distinct.add(handler);
            }
            handlers.byListener.add(handler);
        }
        return handlers;
    }

    /** A single one, which is there already. */
    static Handlers of(WorkerHandler handler) {
        Handlers handlers = new Handlers();
        handlers.byListener.add(handler);
        handlers.distinct.add(handler);
        return handlers;
    }

    private static Supplier<? extends WorkerHandler> supplierOf(int key, String name, List<Binding> bindings) {
        for (Binding binding : bindings) {
            if (!name.isEmpty() && binding.where().name().equals(name)) {
                return binding.handler();
            }
        }
        return bindings.get(Math.min(key, bindings.size() - 1)).handler();
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

    /** Stops those that have been started. */
    void stop(WorkerContext context) {
        for (WorkerHandler handler : started) {
            ProgramCode.run(
                    handler, "it did not stop properly; this worker leaves all the same", () -> handler.stop(context));
        }
    }
}
