package dev.handoff.cluster;

import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

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

    /** The master's program. */
    Peer master();

    /**
     * Another worker of this cluster, through the master: what is sent there is done when that worker's channel has it, and fails
     * with {@link dev.handoff.process.MessageException} if there is no such worker any more.
     */
    Peer peer(int workerId);

    /** The worker of this cluster with that process id; see {@link #peer}. */
    Peer peerByPid(long pid);

    /**
     * All the other workers of this cluster, those that are leaving included; see {@link #peer}. A send fails if one of them could
     * not be told, though the rest was.
     */
    Peer others();

    /**
     * Called with each message of the master's program or of another worker's, whom {@link Message#sender()} names, on {@code
     * handoff-events}; the first listener gets those that came before.
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /**
     * Leaves gracefully: asks the master for no more connections, finishes what there is, then ends the process with
     * code 0. A second call changes nothing.
     */
    void disconnect();

    /** Called once, when this worker takes no more connections; at once if that has already happened. */
    Subscription onLeaving(Runnable listener);
}
