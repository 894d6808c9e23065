package dev.handoff.netty.worker;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.WorkerContext;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.worker.Replaceable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** What a handler gets from its worker, without one. */
public record TestWorker(
        EventLoopGroup eventLoops, Executor blocking, MeterRegistry metrics, CurrentWorker worker, Map<Setting, ?> said)
        implements WorkerContext {
    public TestWorker(EventLoopGroup eventLoops, Executor blocking, Map<Setting, ?> said) {
        this(eventLoops, blocking, new SimpleMeterRegistry(), alone(), said);
    }

    /** What blocking work of a worker runs on. */
    public static ExecutorService threads() {
        return BlockingExecutor.create();
    }

    /** The same, as it is before JDK 21, with so many threads and so many places in its queue. */
    public static ExecutorService threads(int count, int queue) {
        return BlockingExecutor.pool(count, queue);
    }

    /** The worker itself. */
    static CurrentWorker alone() {
        return alone(why -> {
            throw new UnsupportedOperationException("no successor, though " + why);
        });
    }

    /** The worker itself, which does that when it has run out. */
    static CurrentWorker alone(Consumer<? super String> onExhausted) {
        return new Alone(onExhausted);
    }

    @Override
    public Optional<Duration> said(Setting setting) {
        return said.get(setting) instanceof Duration time ? Optional.of(time) : Optional.empty();
    }

    @Override
    public OptionalInt saidCount(Setting setting) {
        return said.get(setting) instanceof Integer count ? OptionalInt.of(count) : OptionalInt.empty();
    }

    private record Alone(Consumer<? super String> onExhausted) implements Replaceable {
        @Override
        public int id() {
            return 1;
        }

        @Override
        public int slot() {
            return 1;
        }

        @Override
        public int generation() {
            return 1;
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public Peer master() {
            return new AbsentPeer(0, 0);
        }

        @Override
        public Peer peer(int workerId) {
            return new AbsentPeer(workerId, 0);
        }

        @Override
        public Peer peerByPid(long pid) {
            return new AbsentPeer(0, pid);
        }

        @Override
        public Peer others() {
            return new AbsentPeer(-1, 0);
        }

        @Override
        public Subscription onMessage(Consumer<? super Message> listener) {
            return () -> {};
        }

        @Override
        public void disconnect() {
            throw new UnsupportedOperationException("nobody to disconnect from");
        }

        @Override
        public void askForSuccessor(String why) {
            onExhausted.accept(why);
        }

        @Override
        public void kill() {
            throw new UnsupportedOperationException("nobody to be killed");
        }

        @Override
        public boolean exitedAfterDisconnect() {
            return false;
        }

        @Override
        public Subscription onDisconnect(Runnable listener) {
            return () -> {};
        }

        @Override
        public Subscription onLeaving(Runnable listener) {
            return () -> {};
        }
    }
}
