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
 * This process as a worker. The master's view of a worker is {@link Worker}.
 *
 * <p>Any thread may call. Listeners run one at a time on the thread {@code handoff-events}.
 */
public interface CurrentWorker {
    /** This worker's number in its cluster: 1, 2, 3 …, never reused. */
    int id();

    /**
     * This worker's slot, 1…N. Its replacement gets the same slot, so metrics are labelled with it. In a worker that the program has
     * forked, its id.
     */
    int slot();

    /**
     * The generation that this worker belongs to (one build with one set of settings), from 1; 0 in a worker that the program has
     * forked.
     */
    int generation();

    /** The process id of this JVM. */
    long pid();

    /** Whether the channel to the master is open. */
    boolean isConnected();

    /** The master's program. */
    Peer master();

    /**
     * Another worker of this cluster, through the master. A send is done when that worker's channel has the message, and fails with {@link
     * dev.handoff.process.MessageException} if there is no such worker any more.
     */
    Peer peer(int workerId);

    /** The worker of this cluster with that process id; see {@link #peer}. */
    Peer peerByPid(long pid);

    /**
     * All other workers of this cluster, including those that are leaving; see {@link #peer}. A send fails if one of them did not get the
     * message, even if the others did.
     */
    Peer others();

    /**
     * Calls the listener with each message of the master's program or of another worker, on {@code handoff-events}. {@link
     * Message#sender()} names the sender. While there is no listener the messages are kept for the next one.
     */
    Subscription onMessage(Consumer<? super Message> listener);

    /**
     * Listens through the master: all workers that ask for the same address share it, and get connections in turn. For port 0, the first
     * calls of all workers share one port, their second calls another one, and so on. With {@link ListenOptions#exclusive()} the worker
     * listens without the master.
     *
     * <p>For a worker that the program has forked; in other workers it fails with {@link IllegalStateException}.
     *
     * @param connections called with each connection, on {@code handoff-events}. While it runs, no further connection is offered to this
     *     worker. If it throws, the connection is closed
     * @return done when connections can come; fails with {@link ListenException}
     */
    default CompletableFuture<Listener> listen(ListenOptions where, Consumer<? super Handle> connections) {
        return listen(where, EventThread.get()::enqueue, connections);
    }

    /**
     * Listens, and receives connections on an executor, such as an event loop. A connection that waits for the executor is not this worker's
     * yet; another worker gets it if this one dies.
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
     * Lets this process end although the channel to its master is open: it ends when no listener keeps it alive and only daemon threads are
     * left. For the master that is an end that was not asked for. A second call changes nothing.
     *
     * <p>For a worker that the program has forked; other workers stay until they, or their master, ask that they leave.
     */
    default void unref() {}

    /**
     * Receives UDP datagrams, through the master: all workers that ask for the same address share one socket, and the kernel gives each
     * datagram to one of the workers that read from it, mostly unevenly. A worker reads a datagram just before the listener is called: what
     * comes while it is busy is left to the others. Ports, {@link ListenOptions#exclusive()}, {@link ListenOptions#reusePort()} and
     * descriptors are as in {@link #listen}; but a UDP port has nothing to do with the TCP port of the same number.
     *
     * <p>For a worker that the program has forked; in other workers it fails with {@link IllegalStateException}.
     *
     * @param datagrams called with each datagram, on {@code handoff-events}
     * @return done when the socket is bound, before the first call of the listener; fails with {@link ListenException}. Cancelling it closes
     *     the socket
     */
    default CompletableFuture<UdpSocket> bind(ListenOptions where, Consumer<? super Datagram> datagrams) {
        return CompletableFuture.failedFuture(new IllegalStateException("cannot bind " + where + ": worker " + id()
                + " was not forked by the program, Cluster.master().fork()"));
    }

    /** As {@link #bind(ListenOptions, Consumer)}, but reads nothing: for programs that only send, or read through a handle. */
    default CompletableFuture<UdpSocket> bind(ListenOptions where) {
        return CompletableFuture.failedFuture(new IllegalStateException("cannot bind " + where + ": worker " + id()
                + " was not forked by the program, Cluster.master().fork()"));
    }

    /**
     * Leaves gracefully: asks the master to offer no more connections, finishes those that are open, then ends the process with code 0. A
     * worker that the program has forked ends its channel instead, and its process ends when nothing else keeps it alive. A second call
     * changes nothing.
     */
    void disconnect();

    /** Leaves at once: tells the master, and ends the process with code 0; connections are cut. */
    void kill();

    /** Whether this worker or its master has asked that it leaves. */
    boolean exitedAfterDisconnect();

    /** Calls the listener once, when this worker gets no more connections; at once if that has already happened. */
    Subscription onLeaving(Runnable listener);

    /**
     * Calls the listener once, when the channel to the master has ended; at once if that has already happened. Unless this worker or its
     * master has asked that it leaves, the process ends after these calls: the master is gone, or has cut the worker off.
     */
    Subscription onDisconnect(Runnable listener);
}
