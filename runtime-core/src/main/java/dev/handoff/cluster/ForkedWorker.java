package dev.handoff.cluster;

import dev.handoff.process.ChildProcess;
import dev.handoff.process.ExitStatus;
import dev.handoff.process.Signal;
import dev.handoff.process.Subscription;
import java.util.function.Consumer;

/**
 * A worker that the program has forked, as its master sees it. What it knows of itself is {@link CurrentWorker}.
 *
 * <p>Events, in this order but the last two, which come in either: <em>online</em>; <em>listening</em>, for each address;
 * <em>leaving</em>, as soon as it takes no more; <em>disconnect</em> and <em>exit</em>, both once for each, however it ended. Whoever
 * subscribes after an event came hears of it all the same, but of listening and error. Each is told here before it is told by
 * the cluster.
 *
 * <p>Any thread may call. Listeners run one at a time, in order, on the thread {@code handoff-events}.
 */
public interface ForkedWorker extends Worker {
    /** Its process. */
    ChildProcess process();

    /** Sends TERM. As {@link #kill(Signal)}: nothing is finished first. */
    default boolean destroy() {
        return kill(Signal.TERM);
    }

    /** Called when its runtime is up, before it has done anything. */
    Subscription onOnline(Runnable listener);

    /** Called for each address on which it listens, or receives datagrams, through the master. */
    Subscription onListening(Consumer<? super ListenAddress> listener);

    /** Called when it takes no more connections, draining or gone: a successor is forked here. */
    Subscription onLeaving(Runnable listener);

    /** Called when its channel has ended and all its messages were told. */
    Subscription onDisconnect(Runnable listener);

    /** Called when its process has ended; 127, as a shell says, if it could not be started. */
    Subscription onExit(Consumer<? super ExitStatus> listener);

    /** Called if it could not be started, or was cancelled. Without a listener that is logged, never thrown. */
    Subscription onError(Consumer<? super Exception> listener);
}
