package dev.handoff.netty;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Setting;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/** What a worker lends its handler. Any thread may call. */
public interface WorkerContext {
    /** This worker. */
    CurrentWorker worker();

    /** The event loops that connections are adopted on. */
    EventLoopGroup eventLoops();

    /** This worker's meters. */
    MeterRegistry metrics();

    /**
     * Where blocking work runs: a virtual thread for each task from JDK 21 on; before, at most 200 threads and a queue
     * of 1,000, and then a {@link java.util.concurrent.RejectedExecutionException}.
     */
    Executor blocking();

    /**
     * What was said for the whole cluster of a setting that handlers obey, such as {@link Setting#HTTP_HEAD}: it beats what
     * the handler was given. Empty: nothing was said.
     */
    Optional<Duration> said(Setting setting);

    /** The same of a setting that is a count, such as {@link Setting#HTTP_STREAMS}. */
    default OptionalInt saidCount(Setting setting) {
        return OptionalInt.empty();
    }
}
