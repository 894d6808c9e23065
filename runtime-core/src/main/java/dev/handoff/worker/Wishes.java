package dev.handoff.worker;

import dev.handoff.cluster.ListenException;
import dev.handoff.cluster.ListenOptions;
import dev.handoff.process.CurrentProcess;
import dev.handoff.process.Message;
import dev.handoff.process.spi.RuntimePeer;
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

/** What this worker has asked its master for, from the question until it is given back. Any thread may call. */
final class Wishes {
    /**
     * None: the master answers when it has opened the address, which may have to be closed first, or its channel ends. To a
     * worker that gave up it would answer all the same, and count it among those who listen there.
     */
    private static final Duration ANSWER_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    private final RuntimePeer master;
    private final Map<Place.Key, Wish> wishes = new HashMap<>();
    private boolean leaving;

    /** One address that this worker has asked for. */
    static final class Wish {
        private final Place place;
        private final Future<?> result;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private boolean ending;

        private Wish(Place place, Future<?> result) {
            this.place = place;
            this.result = result;
        }

        /** Whether the program still wants it. */
        private boolean isWanted() {
            return !ending && !result.isCancelled();
        }
    }

    /**
     * What the master has opened for a wish.
     *
     * @param message the answer as it came, whose socket is the receiver's
     */
    record Grant(Wish wish, ListenAnswer answer, Message message) {
        /** What the master calls it. */
        int key() {
            return answer.key();
        }
    }

    Wishes(RuntimePeer master) {
        this.master = master;
    }

    /** What options mean here. */
    static Place place(Place.Kind kind, ListenOptions where) {
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
     * @param result what the program waits for: once that is cancelled it may ask for the same again
     * @return completed on the channel's thread; fails with {@link ListenException}, and then there is no such wish any more
     * @throws ListenException if this worker has it already, or is leaving
     */
    CompletableFuture<Grant> ask(ListenOptions where, Place place, Future<?> result) {
        CompletableFuture<Void> before;
        Wish wish;
        synchronized (this) {
            checkStaying(where);
            wish = new Wish(place.withTurn(freeTurn(place.key())), result);
            Wish there = wishes.get(wish.place.key());
            if (there != null && there.isWanted()) {
                throw failure(where, "EADDRINUSE", "cannot listen on " + where + ": this worker listens there already");
            }
            before = there == null ? CompletableFuture.completedFuture(null) : there.over;
            wishes.put(wish.place.key(), wish);
        }
        return before.thenCompose(closed -> master.request(ForkMessage.listen(wish.place), Message.class, ANSWER_LIMIT))
                .handle((answer, failure) -> grant(wish, where, answer, failure));
    }

    /** The n-th time that this worker asks for any port it gets what the others got for their n-th. */
    private int freeTurn(Place.Key key) {
        int turn = 0;
        while (key.isAnyPort() && isTaken(key.withTurn(turn))) {
            turn++;
        }
        return turn;
    }

    private boolean isTaken(Place.Key key) {
        Wish there = wishes.get(key);
        return there != null && there.isWanted();
    }

    private Grant grant(Wish wish, ListenOptions where, @Nullable Message message, @Nullable Throwable failure) {
        if (message == null) {
            end(wish);
            throw failure(
                    where,
                    "ECANCELED",
                    "cannot listen on " + where + ": the master has not answered, "
                            + (failure instanceof CompletionException e ? e.getCause() : failure));
        }
        ListenAnswer answer = message.as(ListenAnswer.class);
        if (!answer.errno().isEmpty()) {
            end(wish);
            throw failure(where, answer.errno(), answer.reason());
        }
        return new Grant(wish, answer, message);
    }

    /** The program wants no more of it; done when the master has been told, a second time at once. */
    CompletableFuture<Void> close(Grant grant) {
        return beginToEnd(grant.wish)
                ? master.send(ForkMessage.of(Act.CLOSE, grant.key()))
                : CompletableFuture.completedFuture(null);
    }

    private synchronized boolean beginToEnd(Wish wish) {
        boolean first = !wish.ending;
        wish.ending = true;
        return first;
    }

    /** This worker has what it was given. */
    void bound(Grant grant) {
        master.send(ForkMessage.of(Act.BOUND, grant.key()));
    }

    /** This worker has it no more. */
    void giveBack(Grant grant) {
        master.send(ForkMessage.of(Act.CLOSED, grant.key()));
        end(grant.wish);
    }

    private void end(Wish wish) {
        synchronized (this) {
            wishes.remove(wish.place.key(), wish);
        }
        wish.over.complete(null);
    }

    /** Lets nobody ask any more; done when all is given back. */
    synchronized CompletableFuture<Void> leave() {
        leaving = true;
        return CompletableFuture.allOf(
                wishes.values().stream().map(wish -> wish.over).toArray(CompletableFuture<?>[]::new));
    }
}
