package dev.handoff.netty.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.WorkerContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/** What handlers get from their worker. What takes time to make is made when it is first asked for. */
final class Context implements WorkerContext {
    private final CurrentWorker worker;
    private final EventLoopGroup eventLoops;
    private final Map<Setting, ?> said;
    private final TicketKeys ticketKeys = new TicketKeys();

    Context(CurrentWorker worker, EventLoopGroup eventLoops, Map<Setting, ?> said) {
        this.worker = worker;
        this.eventLoops = eventLoops;
        this.said = said;
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

    @Override
    public Optional<Duration> said(Setting setting) {
        return said.get(setting) instanceof Duration time ? Optional.of(time) : Optional.empty();
    }

    @Override
    public OptionalInt saidCount(Setting setting) {
        return said.get(setting) instanceof Integer count ? OptionalInt.of(count) : OptionalInt.empty();
    }

    /** The keys of this worker's TLS session tickets. */
    TicketKeys ticketKeys() {
        return ticketKeys;
    }

    /** The keys of a handler's worker; keys that no other worker has, if the context is not one of ours. */
    static TicketKeys ticketKeys(WorkerContext worker) {
        return worker instanceof Context ours ? ours.ticketKeys : new TicketKeys();
    }

    private static final class Metrics {
        private static final MeterRegistry REGISTRY = new SimpleMeterRegistry();
    }

    private static final class Blocking {
        private static final Executor EXECUTOR = BlockingExecutor.rejecting(BlockingExecutor.create());
    }
}
