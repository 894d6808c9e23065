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
 * The master's view of a worker. Messages go to the worker's program. In the worker itself there is {@link CurrentWorker}. Any thread may
 * call.
 */
public interface Worker extends Peer {
    /** Its number: 1, 2, 3 …, never reused. */
    @Override
    int id();

    /** Its slot, from 1; its replacement gets the same slot. */
    int slot();

    /** The generation it belongs to, from 1. */
    int generation();

    /** Its process id. */
    @Override
    long pid();

    /** Its state. */
    WorkerState state();

    /** Whether it has said hello, and its channel is open. */
    @Override
    boolean isConnected();

    /** Whether its process has ended. */
    default boolean isDead() {
        return exitStatus().isPresent();
    }

    /** How its process ended, once it has. */
    Optional<ExitStatus> exitStatus();

    /** Whether the worker or its master has asked that it leaves: tells an end that was wanted from one that was not. */
    boolean exitedAfterDisconnect();

    /** The last lines that it printed, oldest first. */
    List<String> lastLines();

    /**
     * Calls the listener with each message of its program, on {@code handoff-events}. While there is no listener the messages are kept for
     * the next one.
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /** Asks the worker to drain and leave; a supervised worker is replaced. A second call changes nothing. */
    void disconnect();

    /**
     * Sends a signal.
     *
     * @return false if the process has ended
     */
    boolean kill(Signal signal);
}
