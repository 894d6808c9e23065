package dev.handoff.netty;

import dev.handoff.cluster.Protocol;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.Role;
import dev.handoff.worker.WorkerRuntime;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the main thread of a worker does, from hello to exit:
 *
 * <pre>
 *   join the master ─▶ start the handlers ─▶ open the lanes ─▶ serve ─▶ (the master says: no more)
 *     ─▶ connections end, or are cut at the drain limit ─▶ stop the handlers ─▶ exit 0
 * </pre>
 */
final class WorkerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final int MASTER_GONE = 71;
    private static final int START_THREW = 72;

    private final WorkerRuntime runtime;
    private final EventLoopGroup group;
    private final Context context;
    /** By the keys of the listeners; one that serves several listeners is there several times. */
    private final List<WorkerHandler> handlers = new ArrayList<>();
    /** Each handler once, in the order of their first listeners. */
    private final List<WorkerHandler> distinct = new ArrayList<>();

    private WorkerProcess(WorkerRuntime runtime) {
        this.runtime = runtime;
        this.group = new MultiThreadIoEventLoopGroup(
                runtime.welcome().eventLoops(),
                new DefaultThreadFactory("handoff-loop", true),
                EpollIoHandler.newFactory());
        this.context = new Context(runtime.self(), group);
    }

    /** Lives a worker's life. Never returns. */
    static void live(Role role, List<Binding> bindings) {
        WorkerRuntime runtime;
        try {
            runtime = WorkerRuntime.join(role);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
            WorkerRuntime.exit(MASTER_GONE);
            throw new AssertionError("exit does not return", e);
        }
        new WorkerProcess(runtime).live(bindings);
    }

    private void live(List<Binding> bindings) {
        try {
            start(bindings);
        } catch (Throwable failure) {
            // Whatever it is, an Error of the class loader included: it ends this worker and is told to the master.
            LOG.error("this worker cannot start", failure);
            runtime.failed(failure.toString());
            WorkerRuntime.exit(START_THREW);
        }
        int requestsCut = drain(serve());
        stopHandlers();
        runtime.leave(requestsCut);
    }

    private void start(List<Binding> bindings) throws Exception {
        assignHandlers(bindings);
        for (WorkerHandler handler : distinct) {
            handler.start(context);
        }
    }

    /** A listener is served by the handler of the same place in the program, or else by the last one. */
    private void assignHandlers(List<Binding> bindings) {
        Map<Supplier<? extends WorkerHandler>, WorkerHandler> built = new HashMap<>();
        for (ListenerDescription listener : runtime.welcome().listeners()) {
            Supplier<? extends WorkerHandler> supplier = supplierOf(listener, bindings);
            WorkerHandler handler = built.get(supplier);
            if (handler == null) {
                handler = supplier.get();
                built.put(supplier, handler);
                distinct.add(handler);
            }
            handlers.add(handler);
        }
    }

    private static Supplier<? extends WorkerHandler> supplierOf(ListenerDescription listener, List<Binding> bindings) {
        for (Binding binding : bindings) {
            if (!listener.name().isEmpty() && binding.where().name().equals(listener.name())) {
                return binding.handler();
            }
        }
        return bindings.get(Math.min(listener.key(), bindings.size() - 1)).handler();
    }

    private List<EventLoopWorker> serve() {
        List<EventLoopWorker> loops = new ArrayList<>();
        try {
            for (EventExecutor loop : group) {
                loops.add(EventLoopWorker.start(loops.size(), (IoEventLoop) loop, runtime, handlers));
            }
        } catch (IOException e) {
            LOG.error("cannot open lane {}: {}", loops.size(), e.getMessage());
            WorkerRuntime.exit(MASTER_GONE);
        }
        List<Protocol> protocols =
                handlers.stream().map(WorkerHandler::protocol).toList();
        runtime.serving(protocols);
        return loops;
    }

    private int drain(List<EventLoopWorker> loops) {
        try {
            Duration limit = runtime.awaitLeaving();
            distinct.forEach(handler -> handler.leaving(context));
            CompletableFuture<?>[] emptied =
                    loops.stream().map(EventLoopWorker::emptied).toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(emptied).get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return 0;
        } catch (TimeoutException e) {
            return cut(loops);
        } catch (InterruptedException | ExecutionException e) {
            LOG.error("the drain was cut short", e);
            return cut(loops);
        }
    }

    private static int cut(List<EventLoopWorker> loops) {
        int requests = 0;
        for (EventLoopWorker loop : loops) {
            requests += loop.cut().join();
        }
        LOG.info("the drain limit is over: closed what was left, {} requests in progress among it", requests);
        return requests;
    }

    private void stopHandlers() {
        for (WorkerHandler handler : distinct) {
            try {
                handler.stop(context);
            } catch (Exception e) {
                LOG.error("{} did not stop properly; this worker leaves all the same", handler, e);
            }
        }
    }
}
