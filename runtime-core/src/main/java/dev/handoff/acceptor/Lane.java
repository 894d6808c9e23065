package dev.handoff.acceptor;

import dev.handoff.unix.Fd;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.HandoffChannel;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.WireException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The master's end of the way to one event loop of one worker. Connections that are assigned in one pass of the acceptor
 * travel together. The acceptor's thread only.
 */
final class Lane {
    private enum State {
        /** Both sides send and read. */
        OPEN,
        /** The worker's end takes nothing more, but what it said before may still be there. */
        DEAF,
        /** The worker has closed its end, and all that it said has been read. */
        ENDED,
        /** The worker said what makes no sense: what it has taken up nobody knows. */
        BROKEN
    }

    /** What the worker's answers lead to. */
    interface Answers {
        /** Connections that the worker gave back unread; somebody else is to get them. */
        void onRefused(List<Pending> connections, Refusal reason);

        /** A connection that the worker hands back; wants {@link #take}, {@link #keep} or {@link #giveBack}. */
        void onHandedBack(Pending connection, long number);

        /** A connection was lost on its way here, for want of a descriptor. */
        void onDescriptorLost();
    }

    /** What a worker has handed back, before it has been told whether it is taken. */
    private record HandedBack(Pending connection, long number, long sinceNanos) {}

    /** An order that is sent when what was assigned before it has been. */
    private interface Order {
        boolean send(HandoffChannel channel) throws UnixException;
    }

    private final Target target;
    private final int index;
    private final HandoffChannel channel;
    private final Ledger ledger;
    private final Deque<Pending> assigned = new ArrayDeque<>();
    private final Deque<Order> orders = new ArrayDeque<>();
    private final Deque<Pending> untold = new ArrayDeque<>();
    private final Deque<HandedBack> undecided = new ArrayDeque<>();
    private final Offer[] frame = new Offer[HandoffChannel.MAX_OFFERS];
    private State state = State.OPEN;

    Lane(Target target, int index, HandoffChannel channel, int credit) {
        this.target = target;
        this.index = index;
        this.channel = channel;
        this.ledger = new Ledger(credit);
    }

    /** The worker it leads to. */
    Target target() {
        return target;
    }

    Fd fd() {
        return channel.fd();
    }

    /** How many more connections may be assigned. */
    int credit() {
        return state == State.OPEN ? ledger.free() - assigned.size() : 0;
    }

    /** Whether there is still something to be expected from the worker. */
    boolean isReadable() {
        return state == State.OPEN || state == State.DEAF;
    }

    void assign(Pending connection) {
        assigned.add(connection);
    }

    void orderListen(int listener, Fd listeningSocket) {
        // The listener may have been closed for good when the order's turn comes.
        order(open -> !listeningSocket.isOpen() || open.listen(listener, listeningSocket));
    }

    void orderUnlisten(int listener) {
        order(open -> open.unlisten(listener));
    }

    void orderDrain() {
        order(HandoffChannel::drain);
    }

    /**
     * Lets the worker close its copy of what it has handed back. Nobody else may have the connection before the worker has been
     * told: should this process end in between, the worker goes on with it.
     *
     * @param told called when it has been
     */
    void take(Pending connection, long number, Runnable told) {
        untold.add(connection);
        order(open -> {
            boolean sent = open.taken(number, 1);
            if (sent) {
                untold.remove(connection);
                told.run();
            }
            return sent;
        });
    }

    /**
     * Keeps what the worker has handed back, and does not tell it yet what becomes of it. Until it is told it does nothing with its
     * copy; should it die meanwhile, the connection is the master's.
     */
    void keep(Pending connection, long number, long nowNanos) {
        undecided.addLast(new HandedBack(connection, number, nowNanos));
    }

    /** Whether something is kept. */
    boolean hasUndecided() {
        return !undecided.isEmpty();
    }

    /**
     * Decides what becomes of what is kept.
     *
     * @param isWanted whether somebody could take a connection now
     * @param keptSinceNanos what is kept since then or longer is given back if nobody could
     * @param taker gets what is taken, when the worker has been told
     */
    void decide(Predicate<Pending> isWanted, long keptSinceNanos, Consumer<Pending> taker) {
        for (Iterator<HandedBack> each = undecided.iterator(); each.hasNext(); ) {
            HandedBack kept = each.next();
            if (isWanted.test(kept.connection)) {
                each.remove();
                take(kept.connection, kept.number, () -> taker.accept(kept.connection));
            } else if (state == State.OPEN && kept.sinceNanos - keptSinceNanos <= 0) {
                each.remove();
                giveBack(kept.connection, kept.number);
            }
        }
    }

    /** Leaves a connection to the worker that has handed it back. */
    void giveBack(Pending connection, long number) {
        orderReturned(number);
        connection.close();
    }

    /** Asks the worker to hand back connections that are at rest. */
    void orderShed(int count) {
        order(open -> open.shed(count));
    }

    private void orderReturned(long number) {
        order(open -> open.returned(number, 1));
    }

    private void order(Order order) {
        if (state == State.OPEN) {
            orders.add(order);
        }
    }

    /** Whether something waits to be sent. */
    boolean hasUnsent() {
        return !assigned.isEmpty() || !orders.isEmpty();
    }

    /** Whether the worker has been given something that it has not answered, or is to be. */
    boolean hasConnections() {
        return !assigned.isEmpty() || !ledger.isEmpty();
    }

    /** Whether the worker has something that it has neither acknowledged nor refused. */
    boolean hasUnanswered() {
        return !ledger.isEmpty();
    }

    /**
     * Sends what was assigned and ordered, as far as the worker's end has room.
     *
     * @throws UnixException if the worker's end is gone; what was not sent can be {@link #takeUnsent taken back}
     */
    void flush(long nowNanos) throws UnixException {
        try {
            sendAll(nowNanos);
        } catch (UnixException e) {
            leave(State.DEAF);
            throw e;
        }
    }

    private void leave(State next) {
        state = next;
        orders.clear();
    }

    private void sendAll(long nowNanos) throws UnixException {
        while (!assigned.isEmpty()) {
            if (!sendFrame(nowNanos)) {
                return;
            }
        }
        while (!orders.isEmpty() && orders.getFirst().send(channel)) {
            orders.removeFirst();
        }
    }

    private boolean sendFrame(long nowNanos) throws UnixException {
        if (ledger.isEmpty()) {
            target.unreceived().since(index, nowNanos);
        }
        int count = assigned.getFirst().hasProgress() ? resumeFirst() : offerFirst();
        for (int sent = 0; sent < count; sent++) {
            ledger.sent(assigned.removeFirst());
        }
        return count > 0;
    }

    private int resumeFirst() throws UnixException {
        return channel.resume(ledger.nextSequence(), assigned.getFirst().offer()) ? 1 : 0;
    }

    /** One that comes with a state travels alone. */
    private int offerFirst() throws UnixException {
        int count = 0;
        for (Pending connection : assigned) {
            if (count == frame.length || connection.hasProgress()) {
                break;
            }
            frame[count++] = connection.offer();
        }
        return channel.offer(ledger.nextSequence(), frame, count) ? count : 0;
    }

    /**
     * Reads the worker's answers until none waits, or the lane has ended.
     *
     * @param most how many at most
     * @throws IOException if one is broken: nothing more is read then, nor sent
     */
    void readAnswers(Answers answers, long nowNanos, int most) throws IOException {
        try {
            for (int read = 0; read < most && isReadable(); read++) {
                Received received = channel.receive();
                if (received == Received.NOTHING) {
                    return;
                }
                if (received == Received.END) {
                    leave(State.ENDED);
                } else {
                    readAnswer(answers);
                    noteAnswer(nowNanos);
                }
            }
        } catch (IOException e) {
            leave(State.BROKEN);
            channel.closeUntaken();
            throw e;
        }
    }

    private void readAnswer(Answers answers) throws WireException {
        switch (channel.kind()) {
            case ACKNOWLEDGE -> {
                ledger.answered(channel.firstSequence(), channel.count(), Pending::close);
                target.noteTaken();
            }
            case REFUSE -> {
                Refusal reason = channel.refusal();
                List<Pending> refused = new ArrayList<>();
                ledger.answered(channel.firstSequence(), channel.count(), refused::add);
                answers.onRefused(refused, reason);
            }
            case HAND_BACK -> takeHandedBack(answers);
            default ->
                throw new WireException(
                        "expected ACKNOWLEDGE, REFUSE or HAND_BACK from a worker, found " + channel.kind());
        }
    }

    private void takeHandedBack(Answers answers) {
        if (channel.arrived() == 1) {
            answers.onHandedBack(new Pending(channel.takeOffer(0), target), channel.firstSequence());
        } else {
            orderReturned(channel.firstSequence());
            answers.onDescriptorLost();
        }
    }

    private void noteAnswer(long nowNanos) {
        if (ledger.isEmpty()) {
            target.unreceived().nothing(index);
        } else {
            target.unreceived().since(index, nowNanos);
        }
    }

    /** Takes back what was assigned and not sent. */
    List<Pending> takeUnsent() {
        List<Pending> unsent = List.copyOf(assigned);
        assigned.clear();
        return unsent;
    }

    /**
     * Takes back what was sent and not answered. Only when the worker's process is gone and what it still said has been
     * read is that safe: two owners of one connection is the worst fault there is. For the same reason nothing comes back
     * from a broken lane: what was on it is closed.
     */
    List<Pending> takeUnanswered() {
        List<Pending> unanswered = new ArrayList<>();
        ledger.abandon(state == State.BROKEN ? Pending::close : unanswered::add);
        return unanswered;
    }

    /** Takes what the worker has handed back and was told nothing of. When its process is gone that is safe. */
    List<Pending> takeUntold() {
        List<Pending> taken = new ArrayList<>(untold);
        undecided.forEach(kept -> taken.add(kept.connection));
        untold.clear();
        undecided.clear();
        return taken;
    }

    void close() {
        leave(State.ENDED);
        takeUntold().forEach(Pending::close);
        ledger.abandon(Pending::close);
        takeUnsent().forEach(Pending::close);
        channel.close();
    }
}
