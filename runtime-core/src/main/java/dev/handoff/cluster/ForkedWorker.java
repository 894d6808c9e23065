package dev.handoff.cluster;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/**
 * The master's view of a worker that the program has forked. In the worker itself there is {@link CurrentWorker}.
 *
 * <p>Its events, in this order: <em>online</em>; <em>listening</em>, for each address; <em>leaving</em>, as soon as it gets no more
 * connections; <em>disconnect</em> and <em>exit</em>, in either order and each once, however it ended. A listener that is added after an
 * event is called all the same, except for listening and error. Listeners here are called before those of the cluster.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}.
 */
public interface ForkedWorker extends Worker {
    /** Its process. */
    ChildProcess process();

    /** Sends TERM, as {@link #kill(Signal)}: nothing is finished first. */
    default boolean destroy() {
        return kill(Signal.TERM);
    }

    /** Calls the listener when the worker's runtime has started, before its program has used it. */
    Subscription onOnline(Runnable listener);

    /** Calls the listener with each address on which it listens, or receives datagrams, through the master. */
    Subscription onListening(Consumer<? super ListenAddress> listener);

    /** Calls the listener when the worker gets no more connections, because it drains or has ended. A program forks its successor here. */
    Subscription onLeaving(Runnable listener);

    /** Calls the listener when the channel has ended and listeners were called with all its messages. */
    Subscription onDisconnect(Runnable listener);

    /** Calls the listener when the process has ended; with code 127, as in a shell, if it could not be started. */
    Subscription onExit(Consumer<? super ExitStatus> listener);

    /** Calls the listener if it could not be started, or was cancelled. Without a listener that is logged, never thrown. */
    Subscription onError(Consumer<? super Exception> listener);
}
