package dev.handoff.worker;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.process.Handle;
import dev.handoff.process.spi.EventThread;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Fd;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.SocketFd;
import dev.handoff.unix.UnixException;
import dev.handoff.unix.WakeUp;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.SocketHandle;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A listener of a forked worker: a lane from the master, a listening socket, or both.
 *
 * <p>A thread of its own, {@code handoff-listen-…}, only waits for them. It receives and accepts on the executor of the {@link
 * ConnectionListener}, and waits for that. So a connection is acknowledged just before the program gets it. A connection that comes while
 * the program is busy stays the master's, and another worker gets it if this process dies.
 */
final class WorkerListener extends WorkerAddress implements Listener, HandoffReceiver.Adopter {
    private static final Logger LOG = Logs.of(WorkerListener.class);
    private static final Optional<Refusal> NO_REFUSAL = Optional.empty();
    private static final Optional<Refusal> FULL = Optional.of(Refusal.FULL);
    private static final int MOST_A_TURN = 16;

    /** A rest after the kernel had no room for one more descriptor, or the executor none for one more task. */
    private static final int REST_MILLIS = 100;

    private static final String NEXT_TRY = ": next try in " + REST_MILLIS + " ms";

    /** The owner of a listener. May be called by any thread. */
    interface Owner {
        /** The program closes the listener. */
        void onCloseWanted(WorkerListener listener);

        /** The listener has failed: no more connections come. */
        void onFailed();
    }

    private final ListenOptions options;
    private final ConnectionListener connections;
    private final RareLog shortages = new RareLog(LOG);
    private final Owner owner;
    private final WakeUp wakeUp;
    private final OpenConnections open;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Poller poller = new Poller();
    private volatile boolean ending;

    // The two threads use these in turn.
    private @Nullable HandoffReceiver lane;
    private @Nullable Fd socket;
    private boolean drained;
    private boolean resting;

    /** A listener that waits for {@link #start}. */
    WorkerListener(ListenAddress address, ListenOptions options, ConnectionListener connections, Owner owner)
            throws UnixException {
        super(address);
        this.options = options;
        this.connections = connections;
        this.owner = owner;
        this.wakeUp = new WakeUp();
        this.open = new OpenConnections(wakeUp::signal);
    }

    /** Begins to receive on a lane. */
    void start(HandoffReceiver receiver) {
        lane = receiver;
        start();
    }

    /** Begins to accept from a socket, which this listener owns from here on. */
    void start(Fd listening) {
        socket = listening;
        start();
    }

    private void start() {
        there(true);
        startThread("handoff-listen-", this::run);
    }

    @Override
    public void close() {
        owner.onCloseWanted(this);
    }

    /** Ends at once, without a DRAIN frame of the master. */
    void end() {
        ending = true;
        wakeUp.signal();
    }

    /** Done when no more connections come. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** Done when no more connections come and the last one has ended. */
    CompletableFuture<Void> emptied() {
        return open.emptied();
    }

    // --- waiting, and what follows ---------------------------------------------------------------------------------

    private void run() {
        boolean more = true;
        while (more) {
            CompletableFuture<Boolean> turn = new CompletableFuture<>();
            try {
                Runnable work = await();
                if (ending) {
                    endWithoutWork(turn);
                } else if (!isGivenTo(connections.executor(), () -> turn.complete(turn(work)))) {
                    rest();
                    turn.complete(true);
                }
            } catch (Throwable e) {
                fail(e);
                endWithoutWork(turn);
            }
            more = turn.join();
        }
    }

    private void endWithoutWork(CompletableFuture<Boolean> turn) {
        EventThread.get().enqueue(() -> turn.complete(turn(() -> {})));
    }

    /** An executor that has no thread or no room for a task may have one soon. Until then the connection stays the master's. */
    private boolean isGivenTo(Executor executor, Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (OutOfMemoryError | RejectedExecutionException e) {
            if (executor instanceof ExecutorService service && service.isShutdown()) {
                throw e;
            }
            shortages.warn("the executor has no room for connections on " + address() + ", " + e + NEXT_TRY);
            return false;
        }
    }

    private void rest() throws UnixException {
        poller.clear();
        poller.add(wakeUp.fd(), Poller.IN);
        poller.poll(REST_MILLIS);
    }

    /** Waits, and gives what must be done then. */
    private Runnable await() throws UnixException {
        poller.clear();
        int woken = poller.add(wakeUp.fd(), Poller.IN);
        int onLane = lane == null ? woken : poller.add(lane.fd(), Poller.IN);
        int onSocket = socket == null ? woken : poller.add(socket, resting || holdsBack(0) ? 0 : Poller.IN);
        poller.poll(resting ? REST_MILLIS : -1);
        resting = false;
        if (poller.isReady(woken)) {
            wakeUp.reset();
        }
        boolean received = onLane != woken && poller.isReady(onLane);
        boolean accepted = onSocket != woken && poller.isReady(onSocket);
        return () -> {
            if (received) {
                receive();
            }
            if (accepted) {
                accept();
            }
        };
    }

    /** Does it; gives false at the end. */
    private boolean turn(Runnable work) {
        EventThread.call(work);
        if (!ending && !drained) {
            return true;
        }
        closeAll();
        return false;
    }

    private void closeAll() {
        if (lane != null) {
            lane.close();
        }
        if (socket != null) {
            socket.close();
        }
        wakeUp.close();
        open.noMore();
        there(false);
        closed.complete(null);
    }

    private void fail(Throwable failure) {
        LOG.error("no connection comes to this worker on {} any more, it leaves: {}", address(), failure.getMessage());
        ending = true;
        owner.onFailed();
    }

    private void receive() {
        HandoffReceiver receiver = lane;
        if (receiver == null) {
            return;
        }
        try {
            boolean more = receiver.receive();
            // After the call, in which a DRAIN frame sets it too.
            drained |= !more;
            receiver.settled(receiver.frame());
        } catch (IOException e) {
            fail(e);
        }
    }

    private void accept() {
        Fd listening = socket;
        try {
            for (int count = 0; count < MOST_A_TURN && listening != null && !holdsBack(0); count++) {
                Fd accepted = SocketFd.accept(listening);
                if (accepted == null) {
                    return;
                }
                serve(accepted);
            }
        } catch (UnixException e) {
            shortages.warn(e.getMessage() + " on " + address() + NEXT_TRY);
            resting = true;
        }
    }

    private boolean isFull(int more) {
        return options.maxConnections() > 0 && open.count() + more >= options.maxConnections();
    }

    /** Whether connections must wait, or go to other workers. */
    private boolean holdsBack(int more) {
        return isFull(more) && !options.isDropMaxConnection();
    }

    private void serve(Fd connection) {
        if (isFull(0)) {
            connection.close();
            return;
        }
        open.opened();
        SocketHandle handle = SocketHandle.connection(connection, open::gone);
        EventThread.call(() -> giveToProgram(handle));
    }

    private void giveToProgram(Handle handle) {
        boolean given = false;
        try {
            connections.connections().accept(handle);
            given = true;
        } finally {
            if (!given) {
                handle.close();
            }
        }
    }

    // --- frames of the lane, on the executor ----------------------------------------------------------------------

    @Override
    public Optional<Refusal> refusal(Offer offer, int before) {
        return holdsBack(before) ? FULL : NO_REFUSAL;
    }

    @Override
    public void adopt(Offer offer) {
        serve(offer.connection());
    }

    @Override
    public void listen(int listener, Fd listeningSocket) {
        socket = listeningSocket;
    }

    @Override
    public void unlisten(int listener) {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    @Override
    public void drain() {
        drained = true;
    }
}
