package dev.handoff.netty;

import dev.handoff.cluster.CurrentWorker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.Executor;

/** What a worker lends its handlers; what costs time to make is made when it is first asked for. */
final class Context implements WorkerContext {
    private final CurrentWorker worker;
    private final EventLoopGroup eventLoops;

    Context(CurrentWorker worker, EventLoopGroup eventLoops) {
        this.worker = worker;
        this.eventLoops = eventLoops;
    }

    @Override
    public CurrentWorker worker() {
        return worker;
    }

    @Override
    public EventLoopGroup eventLoops() {
        return eventLoops;
    }

    @Override
    public MeterRegistry metrics() {
        return Metrics.REGISTRY;
    }

    @Override
    public Executor blocking() {
        return Blocking.EXECUTOR;
    }

    private static final class Metrics {
        private static final MeterRegistry REGISTRY = new SimpleMeterRegistry();
    }

    private static final class Blocking {
        private static final Executor EXECUTOR = BlockingExecutor.create();
    }
}
