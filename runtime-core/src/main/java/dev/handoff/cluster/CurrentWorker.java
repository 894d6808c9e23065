package dev.handoff.cluster;

import dev.handoff.process.Handle;
import dev.handoff.process.Message;
import dev.handoff.process.Peer;
import dev.handoff.process.Subscription;
import dev.handoff.process.spi.EventThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A worker as it sees itself. What the master sees of it is {@link Worker}.
 *
 * <p>Any thread may call. Listeners run one at a time on the thread {@code handoff-events}.
 */
public interface CurrentWorker {
    /** This worker's number in its cluster: 1, 2, 3 …, never reused. */
    int id();

    /**
     * The place this worker fills, 1…N; its replacement gets the same one, so metrics are labelled with it. Its id where the
     * program forks.
     */
    int slot();

    /**
     * The number of the generation (one build with one set of settings) that this worker belongs to, from 1; 0 where the
     * program forks.
     */
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
     * handoff-events}; while there is no listener they are kept for the next.
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /**
     * Listens, through the master: all workers that ask for the same address share it, and the master gives each its turn. Port 0
     * is the same for all workers' first such call, another one for the second, and so on. With {@link
     * ListenOptions#exclusive()} the master has no part in it.
     *
     * <p>For a worker that the program has forked; in others it fails with {@link IllegalStateException}.
     *
     * @param connections called with each connection, on {@code handoff-events}; what it does not take is not sent to this worker
     *     meanwhile. One for which it throws is closed
     * @return done when connections come; fails with {@link ListenException}
     */
    default CompletableFuture<Listener> listen(ListenOptions where, Consumer<? super Handle> connections) {
        return listen(where, EventThread.get()::enqueue, connections);
    }

    /**
     * Listens, and takes connections where an executor runs tasks: an event loop, for instance. What waits for that executor is
     * not this worker's yet, and goes to another one if this one dies.
     *
     * @param executor runs one call at a time
     * @param connections called with each connection; as {@link #listen(ListenOptions, Consumer)}
     */
    default CompletableFuture<Listener> listen(
            ListenOptions where, Executor executor, Consumer<? super Handle> connections) {
        return CompletableFuture.failedFuture(new IllegalStateException("cannot listen on " + where
                + ": the listeners of worker " + id() + " are its master's; name it where the cluster is built"));
    }

    /**
     * Lets this process end although the channel to its master is open: by itself, when none of its listeners keeps it and no
     * thread of the program's but daemons is left. To the master that is an end that nobody asked for. A second call changes
     * nothing.
     *
     * <p>For a worker that the program has forked; others stay until their master, or they themselves, want them to leave.
     */
    default void unref() {}

    /**
     * Receives datagrams of UDP, through the master: all workers that ask for the same address share one socket, and the kernel gives
     * each datagram to one of those that read from it, mostly unevenly. A worker reads when it is ready to tell: what comes while it
     * is busy is left to the others. Ports, {@link ListenOptions#exclusive()}, {@link ListenOptions#reusePort()} and descriptors are as
     * in {@link #listen}; what a port stands for there and here is two things.
     *
     * <p>For a worker that the program has forked; in others it fails with {@link IllegalStateException}.
     *
     * @param datagrams called with each datagram, on {@code handoff-events}
     * @return done when it is bound, before the first datagram is told; fails with {@link ListenException}. Cancelling it closes the
     *     socket
     */
    default CompletableFuture<UdpSocket> bind(ListenOptions where, Consumer<? super Datagram> datagrams) {
        return CompletableFuture.failedFuture(new IllegalStateException("cannot bind " + where + ": worker " + id()
                + " was not forked by the program, Cluster.master().fork()"));
    }

    /** As {@link #bind(ListenOptions, Consumer)}, but reads nothing: for whoever sends only, or reads through a handle. */
    default CompletableFuture<UdpSocket> bind(ListenOptions where) {
        return CompletableFuture.failedFuture(new IllegalStateException("cannot bind " + where + ": worker " + id()
                + " was not forked by the program, Cluster.master().fork()"));
    }

    /**
     * Leaves gracefully: asks the master for no more connections, finishes what there is, then ends the process with
     * code 0, or, where the program forks, ends the channel, after which the process ends when nothing else keeps it. A second
     * call changes nothing.
     */
    void disconnect();

    /** Leaves at once: tells the master, and ends the process with code 0; connections are cut. */
    void kill();

    /** True as soon as either side has asked this worker to leave. */
    boolean exitedAfterDisconnect();

    /** Called once, when this worker takes no more connections; at once if that has already happened. */
    Subscription onLeaving(Runnable listener);

    /**
     * Called once, when the channel to the master has ended; at once if that has already happened. Unless either side has asked
     * this worker to leave, the process ends when the listeners have been called: its master is gone, or wants it no more.
     */
    Subscription onDisconnect(Runnable listener);
}
