package dev.handoff.worker;

import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.spi.RuntimePeer;
import dev.handoff.unix.PathBytes;
import dev.handoff.wire.ForkMessage;
import dev.handoff.wire.ForkMessage.Act;
import dev.handoff.wire.ListenAnswer;
import dev.handoff.wire.Place;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The addresses that this worker has asked its master for, each from the request until it is closed. Any thread may call. */
final class ListenRequests {
    /**
     * No limit. The master answers when it has opened the address, which may have to be closed first, or the channel ends. After a
     * time-out the master would answer all the same, and count this worker among those that listen there.
     */
    private static final Duration ANSWER_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    private final RuntimePeer master;
    private final Map<Place.Key, ListenRequest> requests = new HashMap<>();
    private boolean leaving;

    /** An address that this worker has asked for. */
    static final class ListenRequest {
        private final Place place;
        private final Future<?> result;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private boolean ending;

        private ListenRequest(Place place, Future<?> result) {
            this.place = place;
            this.result = result;
        }

        /** Whether the program still wants the address. */
        private boolean isWanted() {
            return !ending && !result.isCancelled();
        }
    }

    /**
     * What the master has opened for a request.
     *
     * @param message the answer as it came; the caller may get its socket
     */
    record Grant(ListenRequest request, ListenAnswer answer, Message message) {
        /** The key of the address. */
        int key() {
            return answer.key();
        }
    }

    ListenRequests(RuntimePeer master) {
        this.master = master;
    }

    /** The place that options mean in this process. */
    static Place place(Place.Kind kind, ListenOptions where) {
        if (where.path().filter(path -> !PathBytes.isText(path)).isPresent()) {
            // The master is told it as text: it would listen somewhere else.
            throw failure(
                    where,
                    "EINVAL",
                    "cannot listen on " + where + ": its name has bytes that are no text in this locale");
        }
        try {
            return Place.of(kind, where, CurrentProcess.cwd());
        } catch (UnknownHostException e) {
            throw failure(where, "ENOTFOUND", "cannot listen on " + where + ": no such host is known here");
        }
    }

    static ListenException failure(ListenOptions where, String errno, String reason) {
        return new ListenException(errno, where.toString(), reason);
    }

    synchronized void checkStaying(ListenOptions where) {
        if (leaving) {
            throw failure(where, "ECANCELED", "cannot listen on " + where + ": this worker is leaving");
        }
    }

    /**
     * Asks the master for an address.
     *
     * @param result the future that the program waits for: when it is cancelled, the program may ask for the same address again
     * @return completed on the channel's thread; fails with {@link ListenException}, and then the request is over
     * @throws ListenException if this worker has it already, or is leaving
     */
    CompletableFuture<Grant> ask(ListenOptions where, Place place, Future<?> result) {
        CompletableFuture<Void> before;
        ListenRequest request;
        synchronized (this) {
            checkStaying(where);
            request = new ListenRequest(place.withTurn(freeTurn(place.key())), result);
            ListenRequest there = requests.get(request.place.key());
            if (there != null && there.isWanted()) {
                throw failure(where, "EADDRINUSE", "cannot listen on " + where + ": this worker listens there already");
            }
            before = there == null ? CompletableFuture.completedFuture(null) : there.over;
            requests.put(request.place.key(), request);
        }
        return before.thenCompose(
                        closed -> master.request(ForkMessage.listen(request.place), Message.class, ANSWER_LIMIT))
                .handle((answer, failure) -> grant(request, where, answer, failure));
    }

    /** For its n-th request for any port, a worker shares the port that other workers got for their n-th request. */
    private int freeTurn(Place.Key key) {
        int turn = 0;
        while (key.isAnyPort() && isInUse(key.withTurn(turn))) {
            turn++;
        }
        return turn;
    }

    private boolean isInUse(Place.Key key) {
        ListenRequest there = requests.get(key);
        return there != null && there.isWanted();
    }

    private Grant grant(
            ListenRequest request, ListenOptions where, @Nullable Message message, @Nullable Throwable failure) {
        if (message == null) {
            end(request);
            throw failure(
                    where,
                    "ECANCELED",
                    "cannot listen on " + where + ": the master has not answered, "
                            + (failure instanceof CompletionException e ? e.getCause() : failure));
        }
        ListenAnswer answer = message.as(ListenAnswer.class);
        if (!answer.errno().isEmpty()) {
            end(request);
            throw failure(where, answer.errno(), answer.reason());
        }
        return new Grant(request, answer, message);
    }

    /** The program closes the address. Done when the master has been told; at once for a second call. */
    CompletableFuture<Void> close(Grant grant) {
        return beginToEnd(grant.request)
                ? master.send(ForkMessage.of(Act.CLOSE, grant.key()))
                : CompletableFuture.completedFuture(null);
    }

    private synchronized boolean beginToEnd(ListenRequest request) {
        boolean first = !request.ending;
        request.ending = true;
        return first;
    }

    /** Tells the master that this worker has received the socket. */
    void bound(Grant grant) {
        master.send(ForkMessage.of(Act.BOUND, grant.key()));
    }

    /** Tells the master that this worker has closed its part, and ends the request. */
    void closed(Grant grant) {
        master.send(ForkMessage.of(Act.CLOSED, grant.key()));
        end(grant.request);
    }

    private void end(ListenRequest request) {
        synchronized (this) {
            requests.remove(request.place.key(), request);
        }
        request.over.complete(null);
    }

    /** Refuses new requests; done when all are over. */
    synchronized CompletableFuture<Void> leave() {
        leaving = true;
        return CompletableFuture.allOf(
                requests.values().stream().map(request -> request.over).toArray(CompletableFuture<?>[]::new));
    }
}
