package dev.handoff.netty.worker;

import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.StartException;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.spi.Logs;
import dev.handoff.wire.ControlFrame.ListenerDescription;
import dev.handoff.wire.ControlFrame.Service;
import dev.handoff.wire.Role;
import dev.handoff.worker.JoinException;
import dev.handoff.worker.WorkerRuntime;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;

/**
 * What the main thread of a worker does, from hello to exit:
 *
 * <pre>
 *   join the master ─▶ start the handlers ─▶ open the lanes ─▶ serve ─▶ (the master says: no more)
 *     ─▶ connections end, or are cut at the drain limit ─▶ stop the handlers ─▶ exit 0
 * </pre>
 */
public final class WorkerProcess {
    private static final Logger LOG = Logs.of(WorkerProcess.class);
    private static final int MASTER_GONE = 71;
    private static final int START_THREW = 72;
    private static final String LEAK_SAMPLING = "io.netty.leakDetection.samplingInterval";

    private final WorkerRuntime runtime;
    private final EventLoopGroup group;
    private final Context context;
    private final Handlers handlers;
    private final PipelineCodecs codecs;

    private WorkerProcess(
            WorkerRuntime runtime, List<Binding> bindings, List<ListenOptions> declared, PipelineCodecs codecs) {
        List<ListenerDescription> listeners = runtime.welcome().listeners();
        Bindings.refusal(listeners, declared).ifPresent(why -> {
            throw new StartException(StartException.WRONG_SETTING, why);
        });
        this.runtime = runtime;
        this.codecs = codecs;
        this.group = new MultiThreadIoEventLoopGroup(
                runtime.welcome().eventLoops(),
                new DefaultThreadFactory("handoff-loop", true),
                EpollIoHandler.newFactory());
        this.context = new Context(runtime.self(), group, runtime.welcome().saidToHandlers());
        runtime.onTickets(context.ticketKeys()::renew);
        this.handlers = Handlers.of(listeners, bindings);
    }

    /**
     * Lives a worker's life. Never returns.
     *
     * @param declared where the program wants to listen
     * @param codecs look after pipelines of connections
     */
    public static void live(Role role, List<Binding> bindings, List<ListenOptions> declared, PipelineCodecs codecs) {
        lookForLeaksRarely();
        WorkerRuntime runtime;
        try {
            runtime = WorkerRuntime.join(role);
        } catch (JoinException e) {
            LOG.error("{}", e.getMessage());
            WorkerRuntime.exit(e.exitCode());
            throw new AssertionError("exit does not return", e);
        }
        try {
            new WorkerProcess(runtime, bindings, declared, codecs).live();
        } catch (Throwable failure) {
            refuseToServe(runtime, failure);
        }
    }

    /**
     * Netty follows one buffer of 128 to its end, which costs a twentieth of a request: here one of 4096, unless a flag has
     * said otherwise. A leak that is worth being found loses more buffers than that.
     */
    static void lookForLeaksRarely() {
        if (System.getProperty(LEAK_SAMPLING) == null) {
            System.setProperty(LEAK_SAMPLING, "4096");
        }
    }

    private void live() throws Exception {
        handlers.start(context);
        Cut cut = drain(serve());
        handlers.stop(context);
        runtime.leave(cut.connections(), cut.requests());
    }

    /** Whatever it is, an Error of the class loader included: it ends this worker and is told to the master. */
    private static void refuseToServe(WorkerRuntime runtime, Throwable failure) {
        LOG.error("this worker cannot start", failure);
        runtime.failed(failure instanceof StartException ? String.valueOf(failure.getMessage()) : failure.toString());
        WorkerRuntime.exit(START_THREW);
    }

    private List<EventLoopWorker> serve() {
        List<EventLoopWorker> loops = new ArrayList<>();
        try {
            for (EventExecutor loop : group) {
                loops.add(EventLoopWorker.start(
                        loops.size(), (IoEventLoop) loop, runtime, handlers.byListener(), codecs));
            }
        } catch (IOException e) {
            LOG.error("cannot open lane {}: {}", loops.size(), e.getMessage());
            WorkerRuntime.exit(MASTER_GONE);
        }
        runtime.serving(handlers.byListener().stream().map(this::service).toList());
        return loops;
    }

    private Service service(WorkerHandler handler) {
        return new Service(handler.protocol(), Connection.stateFormat(handler, codecs));
    }

    private Cut drain(List<EventLoopWorker> loops) {
        try {
            long untilNanos = runtime.awaitLeaving().toNanos() + System.nanoTime();
            handlers.leaving(context);
            CompletableFuture<?>[] emptied =
                    loops.stream().map(EventLoopWorker::emptied).toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(emptied).get(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            return Cut.NOTHING;
        } catch (TimeoutException e) {
            return cut(loops);
        } catch (InterruptedException | ExecutionException e) {
            LOG.error("the drain was cut short", e);
            return cut(loops);
        }
    }

    private static Cut cut(List<EventLoopWorker> loops) {
        Cut cut = Cut.NOTHING;
        for (EventLoopWorker loop : loops) {
            cut = cut.plus(loop.cut().join());
        }
        LOG.info("the drain limit is over: cut what was left, {}", cut);
        return cut;
    }
}
