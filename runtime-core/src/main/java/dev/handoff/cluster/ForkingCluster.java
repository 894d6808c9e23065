package dev.handoff.cluster;

import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Subscription;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * This process as a master that does what its program says, and nothing by itself: Node's {@code cluster} module. It forks when the program
 * calls {@link #fork()}. Workers ask it to listen, and it accepts connections and hands them off. A worker that ends is replaced only by the
 * program, in a listener.
 *
 * <p>An address is opened when the first worker asks for it, shared by all workers that ask for the same, and closed when the last of them
 * closes it. If the last of them has left or died instead, clients wait for a successor as long as the cluster has another worker that was
 * not asked to leave. A worker counts that is forked in a listener of {@link #onLeaving}, {@link #onDisconnect} or {@link #onExit}.
 *
 * <p>The process lives as long as it has workers. If it dies, its workers end.
 *
 * @see Cluster#master()
 * @see <a href="https://nodejs.org/api/cluster.html">Node's documentation</a>
 */
public interface ForkingCluster extends Cluster {
    /**
     * Changes how workers are started, from the next fork on.
     *
     * @param change gets the settings so far
     */
    void setupMaster(UnaryOperator<SpawnOptions> change);

    /**
     * How workers are started. At first: this program again, see {@link SpawnOptions#thisProgram()}, with the same standard streams.
     */
    SpawnOptions settings();

    /** Which worker gets the next connection. At first: strictly in turn, unless the operator has set {@link Setting#POLICY}. */
    SchedulingPolicy schedulingPolicy();

    /**
     * Sets which worker gets the next connection, unless the operator has.
     *
     * @throws IllegalStateException after the first fork
     */
    void schedulingPolicy(SchedulingPolicy policy);

    /** Starts a worker. As {@link #fork(Map)}. */
    default ForkedWorker fork() {
        return fork(Map.of());
    }

    /**
     * Starts a worker. Returns at once. A worker that could not be started has the events error and exit, and is in {@link #workers()} until
     * then.
     *
     * @param env variables over those of the settings, or of this process
     * @throws IllegalStateException if the settings start this program again, and it runs inside another program, such as a test runner: then
     *     they must name a main class
     */
    ForkedWorker fork(Map<String, String> env);

    /**
     * Asks every worker to leave, and waits as long as their connections go on, as Node does.
     *
     * @return done when the last worker has exited; dependent stages run on a thread of their own
     */
    CompletableFuture<Void> disconnect();

    /**
     * Asks every worker to leave, and ends those that have not left at a limit: with the kill signal of their settings, TERM by default, and
     * {@link Setting#KILL_AFTER} later with KILL. As {@link #disconnect()}, it is done when the last worker has exited.
     *
     * @param limit how long connections may go on; 0 or more
     * @return how many had to be ended; the master knows nothing of requests
     */
    CompletableFuture<StopResult> disconnect(Duration limit);

    /** Calls the listener with the settings after each {@link #setupMaster}, but not at a fork. */
    Subscription onSetup(Consumer<? super SpawnOptions> listener);

    /**
     * Asks every worker to leave, and waits for the last one's exit.
     *
     * @throws IllegalStateException on {@code handoff-events}, which must call the exit listeners: call {@link #disconnect()} there
     */
    @Override
    void close();
}
