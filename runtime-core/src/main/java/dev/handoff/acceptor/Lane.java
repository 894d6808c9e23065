package dev.handoff.acceptor;

import dev.handoff.unix.Fd;
import dev.handoff.unix.SeqPacketSocket.Received;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.LaneSocket;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.WireException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The master's end of a lane, which leads to one event loop of one worker. Connections that are assigned in one pass of the
 * acceptor are offered in one frame. The acceptor's thread only.
 */
final class Lane {
    private enum State {
        /** Both sides send and read. */
        OPEN,
        /** The worker's end receives nothing more, but answers that it sent before may still be there to read. */
        DEAF,
        /** The worker has closed its end, and all its answers have been read. */
        ENDED,
        /** The worker sent an invalid frame. Which connections it has acknowledged is unknown. */
        BROKEN
    }

    /** What the master does with a connection that a worker hands back. */
    enum HandBackDecision {
        /** The master has it. The worker closes its copy, and another worker gets the connection. */
        CONFIRM,
        /**
         * The worker is not told yet. Until it is told it does nothing with its copy; should it die meanwhile, the connection is
         * the master's.
         */
        KEEP,
        /** The connection is the worker's again. */
        RETURN
    }

    /** Gets the worker's answers. */
    interface Answers {
        /** The worker has refused connections, unread; another worker should get them. */
        void onRefused(List<PendingConnection> connections, Refusal reason);

        /** The worker hands a connection back. */
        HandBackDecision onHandedBack(PendingConnection connection);

        /** A connection that the worker hands back was lost on the way, because this process has no descriptor free. */
        void onDescriptorLost();
    }

    /** Decides again about a connection that is kept. */
    @FunctionalInterface
    interface KeptDecisions {
        /**
         * Decides.
         *
         * @param keptSinceNanos when it was handed back
         */
        HandBackDecision decide(PendingConnection connection, long keptSinceNanos);
    }

    /** A connection that the worker has handed back under that number, and that is neither confirmed nor returned. */
    private record ReceivedHandBack(PendingConnection connection, long number, long sinceNanos) {}

    /** An order, which is sent behind what was assigned before it. */
    private interface Order {
        boolean send(LaneSocket channel) throws UnixException;
    }

    private final WorkerLanes worker;
    private final int index;
    private final LaneSocket channel;
    private final Ledger ledger;
    private final Deque<PendingConnection> assigned = new ArrayDeque<>();
    private final Deque<Order> orders = new ArrayDeque<>();
    private final Deque<ReceivedHandBack> kept = new ArrayDeque<>();
    private final Deque<PendingConnection> unconfirmed = new ArrayDeque<>();
    private final List<PendingConnection> confirmed = new ArrayList<>();
    private final Offer[] frame = new Offer[LaneSocket.MAX_OFFERS];
    private State state = State.OPEN;

    Lane(WorkerLanes worker, int index, LaneSocket channel, int credit) {
        this.worker = worker;
        this.index = index;
        this.channel = channel;
        this.ledger = new Ledger(credit);
    }

    /** The lanes of the worker that it leads to. */
    WorkerLanes worker() {
        return worker;
    }

    Fd fd() {
        return channel.fd();
    }

    /** How many more connections may be assigned. */
    int credit() {
        return state == State.OPEN ? ledger.free() - assigned.size() : 0;
    }

    /** Whether answers may still come from the worker. */
    boolean isReadable() {
        return state == State.OPEN || state == State.DEAF;
    }

    void assign(PendingConnection connection) {
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
        order(LaneSocket::drain);
    }

    private void decide(ReceivedHandBack handedBack, HandBackDecision decision) {
        switch (decision) {
            case CONFIRM -> confirm(handedBack);
            case KEEP -> kept.addLast(handedBack);
            case RETURN -> {
                orderReturn(handedBack.number);
                handedBack.connection.close();
            }
        }
    }

    /**
     * No other worker may get the connection before this one has been told: should the master's process end in between, the worker
     * goes on with it.
     */
    private void confirm(ReceivedHandBack handedBack) {
        unconfirmed.add(handedBack.connection);
        order(open -> {
            boolean sent = open.confirm(handedBack.number, 1);
            if (sent) {
                unconfirmed.remove(handedBack.connection);
                confirmed.add(handedBack.connection);
            }
            return sent;
        });
    }

    /** Removes the connections that are confirmed: the worker has been told, and another one may get them. */
    List<PendingConnection> removeConfirmed() {
        List<PendingConnection> removed = List.copyOf(confirmed);
        confirmed.clear();
        return removed;
    }

    /** Whether hand-backs are kept. */
    boolean hasKept() {
        return !kept.isEmpty();
    }

    /** Decides again about each hand-back that is kept. While the worker cannot be told, none is returned. */
    void decideKept(KeptDecisions decisions) {
        for (int count = kept.size(); count > 0; count--) {
            ReceivedHandBack next = kept.removeFirst();
            HandBackDecision decision = decisions.decide(next.connection, next.sinceNanos);
            boolean unheard = decision == HandBackDecision.RETURN && state != State.OPEN;
            decide(next, unheard ? HandBackDecision.KEEP : decision);
        }
    }

    /** Asks the worker to hand back that many connections that are at rest. */
    void orderShed(int count) {
        order(open -> open.shed(count));
    }

    private void orderReturn(long number) {
        order(open -> open.returnToWorker(number, 1));
    }

    private void order(Order order) {
        if (state == State.OPEN) {
            orders.add(order);
        }
    }

    /** Whether connections or orders wait to be sent. */
    boolean hasUnsent() {
        return !assigned.isEmpty() || !orders.isEmpty();
    }

    /** Whether connections are assigned to this lane that the worker has not answered, sent or not. */
    boolean hasConnections() {
        return !assigned.isEmpty() || !ledger.isEmpty();
    }

    /** Whether connections were offered that the worker has neither acknowledged nor refused. */
    boolean hasUnanswered() {
        return !ledger.isEmpty();
    }

    /**
     * Sends what was assigned and ordered, as far as the worker's end has room.
     *
     * @throws UnixException if the worker's end is gone; {@link #removeUnsent} gives what was not sent
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
            worker.unanswered().since(index, nowNanos);
        }
        int count = assigned.getFirst().hasProgress() ? resumeFirst() : offerFirst();
        for (int sent = 0; sent < count; sent++) {
            ledger.offered(assigned.removeFirst());
        }
        return count > 0;
    }

    private int resumeFirst() throws UnixException {
        return channel.resume(ledger.nextSequence(), assigned.getFirst().offer()) ? 1 : 0;
    }

    /** A connection with a state is offered alone. */
    private int offerFirst() throws UnixException {
        int count = 0;
        for (PendingConnection connection : assigned) {
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
     * @throws IOException if one is invalid: nothing more is read or sent then
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
                    readAnswer(answers, nowNanos);
                    noteAnswer(nowNanos);
                }
            }
        } catch (IOException e) {
            leave(State.BROKEN);
            channel.closeUnreleased();
            throw e;
        }
    }

    private void readAnswer(Answers answers, long nowNanos) throws WireException {
        switch (channel.kind()) {
            case ACKNOWLEDGE -> {
                ledger.answered(channel.firstSequence(), channel.count(), PendingConnection::close);
                worker.acknowledged();
            }
            case REFUSE -> {
                Refusal reason = channel.refusal();
                List<PendingConnection> refused = new ArrayList<>();
                ledger.answered(channel.firstSequence(), channel.count(), refused::add);
                answers.onRefused(refused, reason);
            }
            case HAND_BACK -> readHandBack(answers, nowNanos);
            default ->
                throw new WireException(
                        "expected ACKNOWLEDGE, REFUSE or HAND_BACK from a worker, found " + channel.kind());
        }
    }

    private void readHandBack(Answers answers, long nowNanos) {
        if (channel.arrived() == 1) {
            PendingConnection connection = new PendingConnection(channel.releaseOffer(0), worker);
            decide(
                    new ReceivedHandBack(connection, channel.firstSequence(), nowNanos),
                    answers.onHandedBack(connection));
        } else {
            orderReturn(channel.firstSequence());
            answers.onDescriptorLost();
        }
    }

    private void noteAnswer(long nowNanos) {
        if (ledger.isEmpty()) {
            worker.unanswered().answered(index);
        } else {
            worker.unanswered().since(index, nowNanos);
        }
    }

    /** Removes what was assigned and not sent. */
    List<PendingConnection> removeUnsent() {
        List<PendingConnection> unsent = List.copyOf(assigned);
        assigned.clear();
        return unsent;
    }

    /**
     * Removes what was offered and not answered. That is safe only when the worker's process has ended and its last answers have
     * been read: two owners of one connection is the worst fault there is. For the same reason the connections of a broken lane
     * are closed, and none is given.
     */
    List<PendingConnection> removeUnanswered() {
        List<PendingConnection> unanswered = new ArrayList<>();
        ledger.removeAll(state == State.BROKEN ? PendingConnection::close : unanswered::add);
        return unanswered;
    }

    /** Removes the hand-backs of which the worker was not told. That is safe only when its process has ended. */
    List<PendingConnection> removeUntold() {
        List<PendingConnection> untold = new ArrayList<>(unconfirmed);
        kept.forEach(each -> untold.add(each.connection));
        unconfirmed.clear();
        kept.clear();
        return untold;
    }

    void close() {
        leave(State.ENDED);
        removeUntold().forEach(PendingConnection::close);
        ledger.removeAll(PendingConnection::close);
        removeUnsent().forEach(PendingConnection::close);
        channel.close();
    }
}
