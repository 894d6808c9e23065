package dev.handoff.master;

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
import java.util.List;
import java.util.function.Consumer;

/**
 * The master's end of the way to one event loop of one worker. Connections that are assigned in one pass of the acceptor
 * travel together. The acceptor's thread only.
 */
final class Lane {
    /** What the worker's answers lead to. */
    interface Answers {
        /** Connections that the worker gave back unread; somebody else is to get them. */
        void onRefused(List<Pending> connections, Refusal reason);
    }

    /** An order that is sent when what was assigned before it has been. */
    private interface Order {
        boolean send(HandoffChannel channel) throws UnixException;
    }

    private final Target target;
    private final HandoffChannel channel;
    private final Ledger ledger;
    private final Deque<Pending> assigned = new ArrayDeque<>();
    private final Deque<Order> orders = new ArrayDeque<>();
    private final Offer[] frame = new Offer[HandoffChannel.MAX_OFFERS];
    private boolean ended;

    Lane(Target target, HandoffChannel channel, int credit) {
        this.target = target;
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
        return ended ? 0 : ledger.free() - assigned.size();
    }

    /** Whether the worker has closed its end: nothing can be sent, and what there was to read has been read. */
    boolean hasEnded() {
        return ended;
    }

    void assign(Pending connection) {
        assigned.add(connection);
    }

    void orderListen(int listener, Fd listeningSocket) {
        orders.add(open -> open.listen(listener, listeningSocket));
    }

    void orderUnlisten(int listener) {
        orders.add(open -> open.unlisten(listener));
    }

    void orderDrain() {
        orders.add(HandoffChannel::drain);
    }

    /** Whether something waits to be sent. */
    boolean hasUnsent() {
        return !assigned.isEmpty() || !orders.isEmpty();
    }

    /**
     * Sends what was assigned and ordered, as far as the worker's end has room.
     *
     * @throws UnixException if the worker's end is gone; what was not sent can be {@link #takeBack taken back}
     */
    void flush() throws UnixException {
        while (!assigned.isEmpty()) {
            if (!sendFrame()) {
                return;
            }
        }
        while (!orders.isEmpty() && orders.getFirst().send(channel)) {
            orders.removeFirst();
        }
    }

    private boolean sendFrame() throws UnixException {
        int count = 0;
        for (Pending connection : assigned) {
            if (count == frame.length) {
                break;
            }
            frame[count++] = connection.offer();
        }
        if (!channel.offer(ledger.nextSequence(), frame, count)) {
            return false;
        }
        for (int index = 0; index < count; index++) {
            ledger.sent(assigned.removeFirst());
        }
        return true;
    }

    /**
     * Reads the worker's answers until none waits.
     *
     * @throws IOException if one is broken: the lane is then of no more use
     */
    void readAnswers(Answers answers) throws IOException {
        while (!ended) {
            Received received = channel.receive();
            if (received == Received.NOTHING) {
                return;
            }
            if (received == Received.END) {
                ended = true;
                return;
            }
            readAnswer(answers);
        }
    }

    private void readAnswer(Answers answers) throws WireException {
        switch (channel.kind()) {
            case ACKNOWLEDGE -> ledger.answered(channel.firstSequence(), channel.count(), Pending::close);
            case REFUSE -> {
                Refusal reason = channel.refusal();
                List<Pending> refused = new ArrayList<>();
                ledger.answered(channel.firstSequence(), channel.count(), refused::add);
                answers.onRefused(refused, reason);
            }
            default -> throw new WireException("expected ACKNOWLEDGE or REFUSE from a worker, found " + channel.kind());
        }
    }

    /** Takes back what was assigned and not sent. */
    void takeBack(Consumer<Pending> each) {
        while (!assigned.isEmpty()) {
            each.accept(assigned.removeFirst());
        }
    }

    /**
     * The worker's process is gone: reads what it still said, then gives out what it never acknowledged. Only now is
     * that safe: two owners of one connection is the worst fault there is.
     */
    void abandon(Answers answers, Consumer<Pending> unacknowledged) {
        try {
            readAnswers(answers);
        } catch (IOException e) {
            // It died in the middle of a word; what it acknowledged before that counts.
            ended = true;
        }
        ledger.abandon(unacknowledged);
    }

    /** After this nothing is read or sent; what is under way stays in the ledger until the process is gone. */
    void giveUp() {
        ended = true;
        orders.clear();
    }

    void close() {
        ledger.abandon(Pending::close);
        takeBack(Pending::close);
        channel.close();
    }
}
