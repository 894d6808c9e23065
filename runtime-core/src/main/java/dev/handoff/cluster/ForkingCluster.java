package dev.handoff.cluster;

import dev.handoff.process.SpawnOptions;
import dev.handoff.process.Subscription;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * This process as a master that does what its program says and nothing by itself: Node's {@code cluster} module. It forks when
 * it is told to; workers ask it to listen, and it accepts and hands out for them; who ends is replaced by whoever listens for that.
 *
 * <p>An address is opened when the first worker asks for it, shared by all who ask for the same, and closed when the last of them
 * closes it. Where the last of them has left or died instead, clients wait for a successor as long as the cluster has another
 * worker that was not asked to leave; one that a listener for {@link #onLeaving}, {@link #onDisconnect} or {@link #onExit} forks
 * counts.
 *
 * <p>The process lives as long as it has workers. Its death ends them.
 *
 * @see Cluster#master()
 * @see <a href="https://nodejs.org/api/cluster.html">Node's documentation</a>
 */
public interface ForkingCluster extends Cluster {
    /**
     * Changes how workers are started, from the next fork on.
     *
     * @param change gets what was said so far
     */
    void setupMaster(UnaryOperator<SpawnOptions> change);

    /**
     * How workers are started. At first: this program again, see {@link SpawnOptions#thisProgram()}, with the same standard streams.
     */
    SpawnOptions settings();

    /** Who gets the next connection. At first: strictly in turn, unless the operator says otherwise, {@link Setting#POLICY}. */
    SchedulingPolicy schedulingPolicy();

    /**
     * Says who gets the next connection, unless the operator does.
     *
     * @throws IllegalStateException after the first fork
     */
    void schedulingPolicy(SchedulingPolicy policy);

    /** Starts a worker. As {@link #fork(Map)}. */
    default ForkedWorker fork() {
        return fork(Map.of());
    }

    /**
     * Starts a worker. Returns at once; one that could not be started has error and exit, and is among the workers until then.
     *
     * @param env variables over those of the settings, or of this process
     * @throws IllegalStateException if the settings say this program again, and it runs inside another one, a test runner for
     *     instance: then they have to name a main class
     */
    ForkedWorker fork(Map<String, String> env);

    /**
     * Asks every worker to leave, and waits for as long as their connections go on, as Node does.
     *
     * @return done when the last one has exited; what depends on it runs on a thread of its own
     */
    CompletableFuture<Void> disconnect();

    /**
     * Asks every worker to leave, and ends those that are still there at a limit: with the kill signal of their settings, TERM
     * unless they say another, and with KILL those that are there {@link Setting#KILL_AFTER} later. As {@link #disconnect()}, it is
     * done when the last worker has exited.
     *
     * @param limit how long connections may go on; 0 or more
     * @return how many had to be ended; of requests the master knows nothing
     */
    CompletableFuture<StopResult> disconnect(Duration limit);

    /** Called with the settings after each {@link #setupMaster}; a fork alone does not tell it. */
    Subscription onSetup(Consumer<? super SpawnOptions> listener);

    /**
     * Asks every worker to leave, and waits for the last one's exit.
     *
     * @throws IllegalStateException on {@code handoff-events}, which has to tell of it: there say {@link #disconnect()}
     */
    @Override
    void close();
}
