package dev.handoff.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A cluster whose number of workers is maintained. Any thread may call. Cancelling a future cancels no work. */
public interface SupervisedCluster extends Cluster {
    /** Where it listens, in the order of the settings. */
    List<ListenAddress> addresses();

    /** How many workers it maintains. */
    int size();

    /**
     * Replaces every worker by one that runs the build that is on disk now, without losing a connection. There are never fewer ready workers
     * than before; a new generation that does not get ready is rolled back.
     *
     * @param ifRunning what to do while another roll runs
     * @return the verdict; a bad build is a result, not a failure
     */
    CompletableFuture<RollResult> reload(IfRunning ifRunning);

    /** What a second roll does while one runs. */
    enum IfRunning {
        /** Nothing: {@link RollResult.Verdict#REFUSED}. */
        REFUSE,
        /** Waits and rolls once more; all calls that wait make one roll together. */
        QUEUE
    }

    /**
     * Changes the number of workers.
     *
     * @param workers 1 to 256
     * @return done when exactly that many are ready and the others have exited
     */
    CompletableFuture<Void> scale(int workers);

    /**
     * Changes the number of workers by that many, between 1 and {@link Setting#WORKERS_MAX}. Outside of these, nothing happens.
     *
     * @return as {@link #scale}
     */
    CompletableFuture<Void> scaleBy(int change);

    /** Stops listening, serves the accepted connections, and ends every worker. A second call gives the same future. */
    CompletableFuture<StopResult> stop();

    /** Done when the cluster has stopped, for any reason. */
    CompletableFuture<StopResult> stopped();

    /** Kills every worker now. */
    void kill();

    /** Stops, and waits until all workers have ended. */
    @Override
    void close();
}
