package dev.handoff.cluster;

import dev.handoff.process.ExitStatus;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A worker as the master sees it: messages go to its program. What it knows of itself is {@link CurrentWorker}. Any thread may
 * call.
 */
public interface Worker extends Peer {
    /** Its number: 1, 2, 3 …, never reused. */
    @Override
    int id();

    /** The place it fills, from 1; its replacement gets the same one. */
    int slot();

    /** The generation it belongs to, from 1. */
    int generation();

    /** Its process id. */
    @Override
    long pid();

    /** Where it is in its life. */
    WorkerState state();

    /** Whether it has said hello, and is still there to hear. */
    @Override
    boolean isConnected();

    /** Whether its process is gone. */
    default boolean isDead() {
        return exitStatus().isPresent();
    }

    /** How its process ended, once it has. */
    Optional<ExitStatus> exitStatus();

    /** True as soon as either side has asked it to leave: tells an end that was wanted from one that was not. */
    boolean exitedAfterDisconnect();

    /** The last lines that it printed, oldest first. */
    List<String> lastLines();

    /**
     * Called with each message of its program's, on {@code handoff-events}; while there is no listener they are kept for the next.
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /** Asks it to take no more, finish what it has, and leave; a supervised one is replaced. A second call changes nothing. */
    void disconnect();

    /**
     * Sends a signal.
     *
     * @return false if the process is gone
     */
    boolean kill(Signal signal);
}
