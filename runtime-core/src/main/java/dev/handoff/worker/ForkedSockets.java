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
import dev.handoff.worker.ListenRequests.Grant;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The UDP sockets of this forked worker: those that its master has bound, and those that it has bound by itself. Any thread may call. */
final class ForkedSockets {
    private final ListenRequests requests;
    private final Set<WorkerUdpSocket> open = new HashSet<>();

    ForkedSockets(ListenRequests requests) {
        this.requests = requests;
    }

    /**
     * Binds a socket.
     *
     * @param datagrams gets what is received; null: nothing is read
     */
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
            throw ListenRequests.failure(
                    where, "EINVAL", "cannot receive datagrams on " + where + ": UDP has ports, and no paths");
        }
        return ListenRequests.place(Place.Kind.DATAGRAMS, where);
    }

    private UdpSocket bindAlone(ListenOptions where, Place place, @Nullable Consumer<? super Datagram> datagrams) {
        try {
            BoundDatagrams bound =
                    BoundDatagrams.open(where.isReusePort() ? place.options().reusePort() : place.options());
            WorkerUdpSocket socket = add(where, bound.socket(), bound.address(), new Alone());
            socket.start(datagrams);
            return socket;
        } catch (IOException e) {
            throw failure(where, e);
        }
    }

    private static ListenException failure(ListenOptions where, IOException failure) {
        return ListenRequests.failure(where, ListenAnswer.errno(failure), String.valueOf(failure.getMessage()));
    }

    /** A program that cancels the future meanwhile gets no socket: it is closed. */
    private CompletableFuture<UdpSocket> bindShared(
            ListenOptions where, Place place, @Nullable Consumer<? super Datagram> datagrams) {
        CompletableFuture<UdpSocket> result = new CompletableFuture<>();
        requests.ask(where, place, result)
                .thenAccept(grant -> complete(result, grant, where, datagrams))
                .exceptionally(failure -> {
                    result.completeExceptionally(Objects.requireNonNullElse(failure.getCause(), failure));
                    return null;
                });
        return result;
    }

    /** Called on the channel's thread. The master is told before the program can go on, and so before anything that it does then. */
    private void complete(
            CompletableFuture<UdpSocket> result,
            Grant grant,
            ListenOptions where,
            @Nullable Consumer<? super Datagram> datagrams) {
        WorkerUdpSocket socket = open(grant, where);
        if (!result.isDone()) {
            requests.bound(grant);
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
            return add(where, socketOf(grant, where), address, new Shared(grant));
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
                .orElseThrow(() -> ListenRequests.failure(
                        where,
                        "EMFILE",
                        "cannot receive datagrams on " + where + ": this process has as many files open as it may"));
        return ((SocketHandle) handle).release();
    }

    private void abandon(Grant grant) {
        requests.close(grant);
        requests.closed(grant);
    }

    private WorkerUdpSocket add(ListenOptions where, Fd descriptor, ListenAddress address, WorkerUdpSocket.Owner owner)
            throws IOException {
        try {
            return addNow(where, descriptor, address, owner);
        } catch (IOException | ListenException e) {
            descriptor.close();
            throw e;
        }
    }

    private synchronized WorkerUdpSocket addNow(
            ListenOptions where, Fd descriptor, ListenAddress address, WorkerUdpSocket.Owner owner) throws IOException {
        requests.checkStaying(where);
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
            requests.close(grant);
        }

        @Override
        public void onClosed(WorkerUdpSocket socket) {
            forget(socket);
            requests.closed(grant);
        }
    }

    /** Closes all sockets; done when they are closed, and the listeners were called with all that was read. */
    CompletableFuture<Void> leave() {
        List<WorkerUdpSocket> all;
        synchronized (this) {
            all = List.copyOf(open);
        }
        all.forEach(WorkerUdpSocket::end);
        return CompletableFuture.allOf(all.stream().map(WorkerUdpSocket::closed).toArray(CompletableFuture<?>[]::new));
    }
}
