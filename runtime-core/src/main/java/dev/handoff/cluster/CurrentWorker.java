package dev.handoff.cluster;

import dev.handoff.process.Subscription;

/**
 * A worker as it sees itself. What the master sees of it is {@link Worker}.
 *
 * <p>Any thread may call. Listeners run one at a time on the thread {@code handoff-events}.
 */
public interface CurrentWorker {
    /** This worker's number in its cluster: 1, 2, 3 …, never reused. */
    int id();

    /** The place this worker fills, 1…N; its replacement gets the same one, so metrics are labelled with it. */
    int slot();

    /** The number of the generation (one build with one set of settings) that this worker belongs to, from 1. */
    int generation();

    /** The process id of this JVM. */
    long pid();

    /** Whether the channel to the master is open. */
    boolean isConnected();

    /**
     * Leaves gracefully: asks the master for no more connections, finishes what there is, then ends the process with
     * code 0. A second call changes nothing.
     */
    void disconnect();

    /** Called once, when this worker takes no more connections; at once if that has already happened. */
    Subscription onLeaving(Runnable listener);
}
