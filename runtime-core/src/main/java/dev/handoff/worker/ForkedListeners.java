package dev.handoff.worker;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.Fd;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.BoundSocket;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.Role;
import dev.handoff.worker.ListenRequests.Grant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The listeners of this forked worker: those that it got from its master, and those that it has bound by itself. Any thread may call. */
final class ForkedListeners {
    private final Role role;
    private final ListenRequests requests;
    private final Runnable onFailure;
    private final Set<WorkerListener> live = new HashSet<>();
    private final Set<WorkerListener> alone = new HashSet<>();
    private final Set<Path> files = new HashSet<>();
    private @Nullable DescriptorReserve reserve;

    /**
     * No listener yet.
     *
     * @param onFailure called when a listener has failed that the program still wants
     */
    ForkedListeners(Role role, ListenRequests requests, Runnable onFailure) {
        this.role = role;
        this.requests = requests;
        this.onFailure = onFailure;
    }

    CompletableFuture<Listener> listen(ListenOptions where, ConnectionListener connections) {
        try {
            Place place = ListenRequests.place(Place.Kind.STREAMS, where);
            return where.isExclusive()
                    ? CompletableFuture.completedFuture(listenAlone(where, place, connections))
                    : requests.ask(where, place, new CompletableFuture<>())
                            .thenApply(grant -> open(grant, where, connections));
        } catch (ListenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // --- by itself --------------------------------------------------------------------------------------------------

    private Listener listenAlone(ListenOptions where, Place place, ConnectionListener connections) {
        try {
            BoundSocket bound =
                    BoundSocket.open(where.isReusePort() ? place.options().reusePort() : place.options());
            Fd socket = new Fd(bound.socket().fd().release());
            WorkerListener listener = listenerAlone(bound.address(), where, connections, socket);
            listener.start(socket);
            return listener;
        } catch (IOException e) {
            throw ListenRequests.failure(where, ListenAnswer.errno(e), String.valueOf(e.getMessage()));
        }
    }

    private WorkerListener listenerAlone(
            ListenAddress address, ListenOptions where, ConnectionListener connections, Fd socket)
            throws UnixException {
        try {
            WorkerListener listener = new WorkerListener(address, where, connections, new Alone());
            add(where, listener, true);
            return listener;
        } catch (UnixException | ListenException e) {
            socket.close();
            throw e;
        }
    }

    // --- through the master -----------------------------------------------------------------------------------------

    /** Called on the channel's thread. */
    private Listener open(Grant grant, ListenOptions where, ConnectionListener connections) {
        try {
            return openLane(grant, where, connections);
        } catch (IOException e) {
            requests.closed(grant);
            throw ListenRequests.failure(
                    where, ListenAnswer.errno(e), "cannot listen on " + where + ": " + e.getMessage());
        } catch (ListenException e) {
            requests.closed(grant);
            throw e;
        }
    }

    private Listener openLane(Grant grant, ListenOptions where, ConnectionListener connections) throws IOException {
        LaneSocket channel = HandoffReceiver.connect(Path.of(grant.answer().rendezvous()), role, 0);
        try {
            ListenAddress address = Objects.requireNonNull(grant.answer().address());
            WorkerListener listener = new WorkerListener(address, where, connections, new Shared(grant));
            add(where, listener, false);
            listener.closed().thenRun(() -> requests.closed(grant));
            listener.start(new HandoffReceiver(channel, listener, reserve()));
            return listener;
        } catch (IOException | ListenException e) {
            channel.close();
            throw e;
        }
    }

    /** Opened only in workers that listen. */
    private synchronized DescriptorReserve reserve() {
        if (reserve == null) {
            reserve = new DescriptorReserve(WorkerRuntime.RESERVE);
        }
        return reserve;
    }

    /** Adds a listener whose connections must end before this worker does. */
    private synchronized void add(ListenOptions where, WorkerListener listener, boolean isAlone) {
        requests.checkStaying(where);
        live.add(listener);
        listener.emptied().thenRun(() -> forget(listener));
        if (isAlone) {
            alone.add(listener);
        } else if (where.path().isPresent()) {
            listener.address().path().ifPresent(files::add);
        }
    }

    private synchronized void forget(WorkerListener listener) {
        live.remove(listener);
        alone.remove(listener);
    }

    private final class Alone implements WorkerListener.Owner {
        @Override
        public void onCloseWanted(WorkerListener listener) {
            listener.end();
        }

        @Override
        public void onFailed() {
            onFailure.run();
        }
    }

    private final class Shared implements WorkerListener.Owner {
        private final Grant grant;

        Shared(Grant grant) {
            this.grant = grant;
        }

        /** Tells the master, which then sends DRAIN on the lane. */
        @Override
        public void onCloseWanted(WorkerListener listener) {
            requests.close(grant).exceptionally(gone -> {
                listener.end();
                return null;
            });
        }

        @Override
        public void onFailed() {
            onFailure.run();
        }
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    /**
     * Ends the listeners that this worker has bound by itself. Those of the master end when it sends DRAIN on their lanes.
     *
     * @return done when the last connection has ended
     */
    CompletableFuture<Void> leave() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        List<WorkerListener> mine;
        synchronized (this) {
            live.forEach(listener -> ends.add(listener.emptied()));
            mine = List.copyOf(alone);
        }
        mine.forEach(WorkerListener::end);
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }

    /** The files of Unix sockets that the master has listened on for this worker. */
    synchronized List<Path> files() {
        return List.copyOf(files);
    }
}
