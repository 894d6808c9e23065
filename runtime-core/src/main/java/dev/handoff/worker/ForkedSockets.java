package dev.handoff.worker;

import dev.handoff.cluster.Datagram;
import dev.handoff.cluster.ListenAddress;
import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.cluster.UdpSocket;
import dev.handoff.process.Handle;
import dev.handoff.unix.Fd;
import dev.handoff.wire.BoundDatagrams;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import dev.handoff.wire.SocketHandle;
import dev.handoff.worker.Wishes.Grant;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where this worker receives datagrams: what its master has bound for it, and what it has bound by itself. Any thread may call. */
final class ForkedSockets {
    private final Wishes wishes;
    private final Set<WorkerUdpSocket> open = new HashSet<>();

    ForkedSockets(Wishes wishes) {
        this.wishes = wishes;
    }

    /** Binds; null reads nothing. */
    CompletableFuture<UdpSocket> bind(ListenOptions where, @Nullable Consumer<? super Datagram> datagrams) {
        try {
            Place place = place(where);
            return where.isExclusive()
                    ? CompletableFuture.completedFuture(bindAlone(where, place, datagrams))
                    : bindShared(where, place, datagrams);
        } catch (ListenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Place place(ListenOptions where) {
        if (where.path().isPresent()) {
            throw Wishes.failure(
                    where, "EINVAL", "cannot receive datagrams on " + where + ": UDP has ports, and no paths");
        }
        return Wishes.place(Place.Kind.DATAGRAMS, where);
    }

    private UdpSocket bindAlone(ListenOptions where, Place place, @Nullable Consumer<? super Datagram> datagrams) {
        try {
            BoundDatagrams bound =
                    BoundDatagrams.open(where.isReusePort() ? place.options().reusePort() : place.options());
            WorkerUdpSocket socket = adopt(where, bound.socket(), bound.address(), new Alone());
            socket.start(datagrams);
            return socket;
        } catch (IOException e) {
            throw failure(where, e);
        }
    }

    private static ListenException failure(ListenOptions where, IOException failure) {
        return Wishes.failure(where, ListenAnswer.errno(failure), String.valueOf(failure.getMessage()));
    }

    /** One who gives up meanwhile gets nothing, and the socket is closed. */
    private CompletableFuture<UdpSocket> bindShared(
            ListenOptions where, Place place, @Nullable Consumer<? super Datagram> datagrams) {
        CompletableFuture<UdpSocket> result = new CompletableFuture<>();
        wishes.ask(where, place, result)
                .thenAccept(grant -> give(result, grant, where, datagrams))
                .exceptionally(failure -> {
                    result.completeExceptionally(Objects.requireNonNullElse(failure.getCause(), failure));
                    return null;
                });
        return result;
    }

    /** Called on the channel's thread. The master hears of it before it hears of what the program does then. */
    private void give(
            CompletableFuture<UdpSocket> result,
            Grant grant,
            ListenOptions where,
            @Nullable Consumer<? super Datagram> datagrams) {
        WorkerUdpSocket socket = open(grant, where);
        if (!result.isDone()) {
            wishes.bound(grant);
        }
        if (result.complete(socket)) {
            socket.start(datagrams);
        } else {
            socket.close();
        }
    }

    private WorkerUdpSocket open(Grant grant, ListenOptions where) {
        try {
            ListenAddress address = Objects.requireNonNull(grant.answer().address());
            return adopt(where, socketOf(grant, where), address, new Shared(grant));
        } catch (IOException e) {
            abandon(grant);
            throw failure(where, e);
        } catch (ListenException e) {
            abandon(grant);
            throw e;
        }
    }

    private static Fd socketOf(Grant grant, ListenOptions where) {
        Handle handle = grant.message()
                .handle()
                .orElseThrow(() -> Wishes.failure(
                        where,
                        "EMFILE",
                        "cannot receive datagrams on " + where + ": this process has as many files open as it may"));
        return ((SocketHandle) handle).release();
    }

    private void abandon(Grant grant) {
        wishes.close(grant);
        wishes.giveBack(grant);
    }

    private WorkerUdpSocket adopt(
            ListenOptions where, Fd descriptor, ListenAddress address, WorkerUdpSocket.Owner owner) throws IOException {
        try {
            return adoptNow(where, descriptor, address, owner);
        } catch (IOException | ListenException e) {
            descriptor.close();
            throw e;
        }
    }

    private synchronized WorkerUdpSocket adoptNow(
            ListenOptions where, Fd descriptor, ListenAddress address, WorkerUdpSocket.Owner owner) throws IOException {
        wishes.checkStaying(where);
        WorkerUdpSocket socket = new WorkerUdpSocket(descriptor, address, owner);
        open.add(socket);
        return socket;
    }

    private synchronized void forget(WorkerUdpSocket socket) {
        open.remove(socket);
    }

    private final class Alone implements WorkerUdpSocket.Owner {
        @Override
        public void onCloseWanted() {}

        @Override
        public void onClosed(WorkerUdpSocket socket) {
            forget(socket);
        }
    }

    private final class Shared implements WorkerUdpSocket.Owner {
        private final Grant grant;

        Shared(Grant grant) {
            this.grant = grant;
        }

        @Override
        public void onCloseWanted() {
            wishes.close(grant);
        }

        @Override
        public void onClosed(WorkerUdpSocket socket) {
            forget(socket);
            wishes.giveBack(grant);
        }
    }

    /** Closes all of them; done when that has happened: what was read is told then. */
    CompletableFuture<Void> leave() {
        List<WorkerUdpSocket> all;
        synchronized (this) {
            all = List.copyOf(open);
        }
        all.forEach(WorkerUdpSocket::end);
        return CompletableFuture.allOf(all.stream().map(WorkerUdpSocket::closed).toArray(CompletableFuture<?>[]::new));
    }
}
