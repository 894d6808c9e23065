package dev.handoff.worker;

import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.Listener;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Handle;
import dev.handoff.process.spi.RuntimeLine;
import dev.handoff.unix.Fd;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.BoundSocket;
import dev.handoff.wire.ForkOrder;
import dev.handoff.wire.ForkOrder.Act;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.Role;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where this worker listens: what it has asked its master for, and what it has bound by itself. Any thread may call. */
final class ForkedListeners {
    /** The master answers when it has opened the address, which may have to be closed first. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

    private final Role role;
    private final RuntimeLine master;
    private final Runnable onFailure;
    private final Map<Place.Key, Wish> wishes = new HashMap<>();
    private final Set<WorkerListener> live = new HashSet<>();
    private final Set<Path> files = new HashSet<>();
    private boolean leaving;

    /** One address that this worker has asked for, from the question until its lane is closed. */
    private static final class Wish {
        private final Place place;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private @Nullable WorkerListener listener;
        private boolean ending;

        Wish(Place place) {
            this.place = place;
        }
    }

    /**
     * None yet.
     *
     * @param onFailure called when connections that the program wants come no more
     */
    ForkedListeners(Role role, RuntimeLine master, Runnable onFailure) {
        this.role = role;
        this.master = master;
        this.onFailure = onFailure;
    }

    CompletableFuture<Listener> listen(ListenOptions where, Consumer<? super Handle> connections) {
        try {
            return where.isExclusive()
                    ? CompletableFuture.completedFuture(listenAlone(where, connections))
                    : listenShared(where, connections);
        } catch (ListenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // --- by itself --------------------------------------------------------------------------------------------------

    private Listener listenAlone(ListenOptions where, Consumer<? super Handle> connections) {
        try {
            Place place = place(where);
            BoundSocket bound =
                    BoundSocket.open(where.isReusePort() ? place.options().reusePort() : place.options());
            Fd socket = new Fd(bound.socket().fd().release());
            WorkerListener listener = listenerAlone(bound.address(), where, connections, socket);
            listener.start(socket);
            return listener;
        } catch (IOException e) {
            throw failure(where, ListenAnswer.errno(e), String.valueOf(e.getMessage()));
        }
    }

    private WorkerListener listenerAlone(
            ListenAddress address, ListenOptions where, Consumer<? super Handle> connections, Fd socket)
            throws UnixException {
        try {
            WorkerListener listener = new WorkerListener(address, where, connections, new Alone());
            adopt(where, listener, null);
            return listener;
        } catch (UnixException | ListenException e) {
            socket.close();
            throw e;
        }
    }

    private void checkStaying(ListenOptions where) {
        if (leaving) {
            throw failure(where, "ECANCELED", "cannot listen on " + where + ": this worker is leaving");
        }
    }

    private static ListenException failure(ListenOptions where, String errno, String reason) {
        return new ListenException(errno, where.toString(), reason);
    }

    private static Place place(ListenOptions where) {
        try {
            return Place.of(where, CurrentProcess.cwd());
        } catch (UnknownHostException e) {
            throw failure(where, "ENOTFOUND", "cannot listen on " + where + ": no such host is known here");
        }
    }

    // --- through the master -----------------------------------------------------------------------------------------

    private CompletableFuture<Listener> listenShared(ListenOptions where, Consumer<? super Handle> connections) {
        Place place = place(where);
        CompletableFuture<Void> before;
        Wish wish;
        synchronized (this) {
            checkStaying(where);
            wish = new Wish(place.withTurn(freeTurn(place.key())));
            Wish there = wishes.get(wish.place.key());
            if (there != null && !there.ending) {
                throw failure(where, "EADDRINUSE", "cannot listen on " + where + ": this worker listens there already");
            }
            before = there == null ? CompletableFuture.completedFuture(null) : there.over;
            wishes.put(wish.place.key(), wish);
        }
        return before.thenCompose(
                        closed -> master.request(ForkOrder.listen(wish.place), ListenAnswer.class, ANSWER_LIMIT))
                .handle((answer, failure) -> open(wish, where, connections, answer, failure));
    }

    /** The n-th time that this worker asks for any port it gets what the others got for their n-th. */
    private int freeTurn(Place.Key key) {
        int turn = 0;
        while (key.takesAnyPort() && isTaken(key.withTurn(turn))) {
            turn++;
        }
        return turn;
    }

    private boolean isTaken(Place.Key key) {
        Wish there = wishes.get(key);
        return there != null && !there.ending;
    }

    /** Called on the channel's thread. */
    private Listener open(
            Wish wish,
            ListenOptions where,
            Consumer<? super Handle> connections,
            @Nullable ListenAnswer answer,
            @Nullable Throwable failure) {
        if (answer == null) {
            end(wish);
            throw failure(
                    where,
                    "ECANCELED",
                    "cannot listen on " + where + ": the master has not answered, "
                            + (failure instanceof CompletionException e ? e.getCause() : failure));
        }
        if (!answer.errno().isEmpty()) {
            end(wish);
            throw failure(where, answer.errno(), answer.reason());
        }
        try {
            return openLane(wish, where, connections, answer);
        } catch (IOException e) {
            giveBack(wish, answer.key());
            throw failure(where, ListenAnswer.errno(e), "cannot listen on " + where + ": " + e.getMessage());
        } catch (ListenException e) {
            giveBack(wish, answer.key());
            throw e;
        }
    }

    private Listener openLane(Wish wish, ListenOptions where, Consumer<? super Handle> connections, ListenAnswer answer)
            throws IOException {
        HandoffChannel channel = HandoffReceiver.connect(Path.of(answer.rendezvous()), role, 0);
        try {
            ListenAddress address = Objects.requireNonNull(answer.address());
            WorkerListener listener = new WorkerListener(address, where, connections, new Shared(wish, answer.key()));
            adopt(where, listener, wish);
            listener.closed().thenRun(() -> giveBack(wish, answer.key()));
            listener.start(new HandoffReceiver(channel, listener));
            return listener;
        } catch (IOException | ListenException e) {
            channel.close();
            throw e;
        }
    }

    /** One more whose connections are waited for in the end. */
    private synchronized void adopt(ListenOptions where, WorkerListener listener, @Nullable Wish wish) {
        checkStaying(where);
        live.add(listener);
        listener.emptied().thenRun(() -> forget(listener));
        if (wish != null) {
            wish.listener = listener;
            listener.address().path().ifPresent(files::add);
        }
    }

    private synchronized void forget(WorkerListener listener) {
        live.remove(listener);
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
        private final Wish wish;
        private final int key;

        Shared(Wish wish, int key) {
            this.wish = wish;
            this.key = key;
        }

        /** The master sends a last frame then. */
        @Override
        public void onCloseWanted(WorkerListener listener) {
            if (beginToEnd(wish)) {
                master.send(ForkOrder.of(Act.CLOSE, key)).exceptionally(gone -> {
                    listener.end();
                    return null;
                });
            }
        }

        @Override
        public void onFailed() {
            onFailure.run();
        }
    }

    private synchronized boolean beginToEnd(Wish wish) {
        boolean first = !wish.ending;
        wish.ending = true;
        return first;
    }

    private void giveBack(Wish wish, int key) {
        master.send(ForkOrder.of(Act.CLOSED, key));
        end(wish);
    }

    private void end(Wish wish) {
        synchronized (this) {
            wishes.remove(wish.place.key(), wish);
        }
        wish.over.complete(null);
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    /**
     * Lets nobody new listen. What there is through the master ends by the master's last frames.
     *
     * @return done when nothing more comes, and the last connection has ended
     */
    CompletableFuture<Void> leave() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        List<WorkerListener> alone = new ArrayList<>();
        synchronized (this) {
            leaving = true;
            wishes.values().forEach(wish -> ends.add(wish.over));
            live.forEach(listener -> ends.add(listener.emptied()));
            alone.addAll(live);
            wishes.values().forEach(wish -> alone.remove(wish.listener));
        }
        alone.forEach(WorkerListener::end);
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }

    /** The files of Unix sockets that the master has listened on for this worker. */
    synchronized List<Path> files() {
        return List.copyOf(files);
    }
}
