package dev.handoff.netty;

import dev.handoff.cluster.Cluster;
import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.cluster.RollResult;
import dev.handoff.cluster.Setting;
import dev.handoff.cluster.StartException;
import dev.handoff.cluster.StopResult;
import dev.handoff.cluster.SupervisedCluster;
import dev.handoff.cluster.SupervisedCluster.IfRunning;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.netty.worker.Binding;
import dev.handoff.netty.worker.ForkedServer;
import dev.handoff.netty.worker.LocalCluster;
import dev.handoff.netty.worker.PipelineCodecs;
import dev.handoff.netty.worker.WorkerProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.spi.Halt;
import dev.handoff.process.spi.LogEncoding;
import dev.handoff.signals.MasterSignals;
import dev.handoff.wire.Role;
import dev.handoff.worker.CurrentWorkerProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A server of many processes: a master that accepts, and workers that serve. In the master this is its handle; a worker
 * never sees one.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     ClusterServer.run(Http.handler(request -> Response.text("hello\n")), 4); // port 8080
 * }
 * }</pre>
 *
 * A worker is this program once more, so code before {@code run} or {@code start} happens in every process, and code
 * behind it in the master alone: in a worker neither returns.
 */
public final class ClusterServer implements AutoCloseable {
    private static final PipelineCodecs CODECS = new NettyCodecs();

    private final SupervisedCluster cluster;

    private ClusterServer(SupervisedCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Serves on port 8080, unless the operator says otherwise, until it is told to stop.
     *
     * @param handler what serves; its hooks are called in workers only
     * @param workers 1 to 256; 0: this very process serves, see {@link Builder#workers}
     */
    public static void run(WorkerHandler handler, int workers) {
        builder(handler).workers(workers).run();
    }

    /**
     * Serves on port 8080, unless the operator says otherwise, until it is told to stop.
     *
     * @param handler called once in each worker, never in the master
     * @param workers 1 to 256; 0: this very process serves, see {@link Builder#workers}
     */
    public static void run(Supplier<? extends WorkerHandler> handler, int workers) {
        builder(handler).workers(workers).run();
    }

    /**
     * Serves an address in a worker that its program has forked, through its master: all workers that listen there take
     * turns. On one event loop, on which a connection is taken from the master when its turn has come.
     *
     * <pre>{@code
     * if (Cluster.isMaster()) {
     *     Cluster.master().fork();
     * } else {
     *     ClusterServer.listen(Http.handler(request -> Response.text("hello\n")), ListenOptions.port(8000)).join();
     * }
     * }</pre>
     *
     * A worker that leaves lets its connections finish, within the operator's {@link Setting#DRAIN_LIMIT}; then the handler is
     * stopped, on {@code handoff-events}. One that is killed, or whose master has died, ends at once.
     *
     * @param handler started by the first call that names it, on the caller's thread
     * @return done when connections come; fails with {@link dev.handoff.cluster.ListenException}, or with {@link
     *     IllegalStateException} if the handler does not start
     * @throws IllegalStateException in any other process
     */
    public static CompletableFuture<Listener> listen(WorkerHandler handler, ListenOptions where) {
        return ForkedServer.get(CODECS).listen(handler, where);
    }

    /**
     * Serves a connection that came with a message, as {@link #listen} serves those that it has taken. In a worker that its
     * program has forked, whether it listens or not.
     *
     * @param handler started by the first call that names it, on the caller's thread
     * @param connection used up, unless this throws
     * @throws IllegalArgumentException if it is no connection
     * @throws IllegalStateException in any other process, or if the handler does not start
     */
    public static void serve(WorkerHandler handler, Handle connection) {
        ForkedServer.get(CODECS).serve(handler, connection);
    }

    /** A server with that handler. */
    public static Builder builder(WorkerHandler handler) {
        return builder(() -> handler);
    }

    /** A server with that handler, which is built in each worker, never in the master. */
    public static Builder builder(Supplier<? extends WorkerHandler> handler) {
        return new Builder(Optional.of(handler));
    }

    /** A server whose workers run another main, {@link Builder#workerMain}. */
    public static Builder builder() {
        return new Builder(Optional.empty());
    }

    /** The port of the first listener. */
    public int port() {
        return addresses().get(0).port();
    }

    /** Where it listens, in the order in which it was said. */
    public List<ListenAddress> addresses() {
        return cluster.addresses();
    }

    /** Its workers and what happens to them. */
    public Cluster cluster() {
        return cluster;
    }

    /**
     * Replaces every worker by one that runs what is on disk now, without losing a connection.
     *
     * @return the verdict; a bad build is a result, not a failure; refused while another roll runs
     */
    public CompletableFuture<RollResult> reload() {
        return cluster.reload(IfRunning.REFUSE);
    }

    /**
     * Changes the number of workers.
     *
     * @param workers 1 to 256
     * @return done when exactly that many are ready and the others gone
     */
    public CompletableFuture<Void> scale(int workers) {
        return cluster.scale(workers);
    }

    /** Stops listening, serves what was accepted, and ends every worker. */
    public CompletableFuture<StopResult> stop() {
        return cluster.stop();
    }

    /** Stops, and waits until all has ended. */
    @Override
    public void close() {
        cluster.close();
    }

    /** What a server is to be. */
    public static final class Builder {
        private final Optional<Supplier<? extends WorkerHandler>> handler;
        private final List<Binding> bindings = new ArrayList<>();
        private ClusterSettings settings = ClusterSettings.defaults();
        private Optional<Boolean> signals = Optional.empty();

        private Builder(Optional<Supplier<? extends WorkerHandler>> handler) {
            this.handler = handler;
        }

        /**
         * How many processes serve: 1 to 256. Default: one a processor, at least 2.
         *
         * <p>0: no other process; the handlers serve in this one, on one event loop, for a debugger or a quick look. It
         * listens, drains and ends as with workers, and {@link Cluster#worker} answers; but there is nothing to replace or to
         * scale, {@link WorkerHandler#leaving} and {@link WorkerHandler#stop} are called on the thread {@code handoff-local},
         * and a process can have one such server at a time.
         */
        public Builder workers(int count) {
            return settings(s -> s.with(Setting.WORKERS, count));
        }

        /** Listens on a port of every address; 0: any free one. Default: 8080. */
        public Builder port(int port) {
            return listen(ListenOptions.port(port));
        }

        /**
         * Listens there, too. A roll changes no listeners: a build that declares others than the master has started with is rolled
         * back, unless the operator has said the addresses.
         */
        public Builder listen(ListenOptions... where) {
            handler.ifPresent(serving -> List.of(where).forEach(one -> bindings.add(new Binding(one, serving))));
            return settings(s -> s.listen(where));
        }

        /**
         * Listens there, too, and serves it by another handler. Where the operator says the addresses it is found by its {@link
         * ListenOptions#name}, and without one by its place.
         */
        public Builder listen(ListenOptions where, WorkerHandler serving) {
            bindings.add(new Binding(where, () -> serving));
            return settings(s -> s.listen(where));
        }

        /** Runs that class's main in the workers instead of this program; for tests and for runners of other programs. */
        public Builder workerMain(Class<?> main, String... args) {
            return settings(s -> s.main(main, args));
        }

        /** Event loops in each worker. Default: 1. */
        public Builder eventLoops(int count) {
            return settings(s -> s.with(Setting.EVENT_LOOPS, count));
        }

        /**
         * Any setting by its name, as if the operator had said it: beats system properties, environment and program.
         *
         * @throws IllegalArgumentException if there is no such setting or the value does not fit it
         */
        public Builder option(String name, String value) {
            return settings(s -> s.option(name, value));
        }

        /** Any change of the settings. */
        public Builder settings(UnaryOperator<ClusterSettings> change) {
            settings = change.apply(settings);
            return this;
        }

        /** Whether INT, TERM, HUP, TTIN and TTOU are obeyed. Default: by {@link #run} yes, by {@link #start} no. */
        public Builder signals(boolean handled) {
            signals = Optional.of(handled);
            return this;
        }

        /**
         * Serves until it is told to stop. In a worker it never returns; in the master when all has stopped. A cluster
         * that cannot start is told in one sentence, and the process exits with its code.
         */
        public void run() {
            try {
                serveIfWorker();
                SupervisedCluster cluster = supervise(signals.orElse(true));
                cluster.stopped().join();
                MasterSignals.haltIfAtOnce();
            } catch (StartException e) {
                System.err.println(e.getMessage());
                Halt.exit(e.exitCode());
            }
        }

        /**
         * Starts serving. In a worker it never returns.
         *
         * @return once the first workers are ready, or it was stopped before, by a signal that it obeys
         * @throws StartException if it cannot listen, the name is taken, or no worker ever got ready; nothing is left
         *     behind
         */
        public ClusterServer start() {
            serveIfWorker();
            return new ClusterServer(supervise(signals.orElse(false)));
        }

        private SupervisedCluster supervise(boolean obeySignals) {
            LogEncoding.beUtf8();
            ClusterSettings resolved = resolve();
            Consumer<SupervisedCluster> begun = obeySignals ? obeyFromNowOn()::becomeResponsibleFor : cluster -> {};
            if (resolved.count(Setting.WORKERS) == 0) {
                return LocalCluster.start(resolved, handlers(), begun, CODECS);
            }
            return Cluster.supervise(resolved, begun);
        }

        private static MasterSignals obeyFromNowOn() {
            try {
                return MasterSignals.obeyFromNowOn();
            } catch (IOException e) {
                throw new StartException(StartException.TOO_LITTLE_ROOM, "cannot obey signals: " + e.getMessage(), e);
            }
        }

        private ClusterSettings resolve() {
            try {
                return settings.resolved();
            } catch (IllegalArgumentException e) {
                throw new StartException(StartException.WRONG_SETTING, String.valueOf(e.getMessage()), e);
            }
        }

        private void serveIfWorker() {
            Optional<Role> role = CurrentWorkerProvider.role();
            if (role.isPresent()) {
                checkThatItIsOurs(role.get());
                WorkerProcess.live(role.get(), handlers(), settings.declaredListeners(), CODECS);
            }
        }

        private static void checkThatItIsOurs(Role role) {
            if (role.isForked()) {
                throw new IllegalStateException("worker " + role.workerId()
                        + " was forked by its program, Cluster.master().fork(), and no server keeps it: it listens by"
                        + " ClusterServer.listen, and only a master starts a server");
            }
        }

        private List<Binding> handlers() {
            if (bindings.isEmpty()) {
                return List.of(
                        new Binding(
                                ListenOptions.port(0),
                                handler.orElseThrow(
                                        () -> new StartException(
                                                StartException.WRONG_SETTING,
                                                "cannot serve in this process: the server has no handler, for it was built by builder(), without one"))));
            }
            return List.copyOf(bindings);
        }
    }
}
