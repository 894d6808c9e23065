package dev.handoff.acceptor;

import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Accepted;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.Offer;
import java.util.List;
import java.util.function.Consumer;

/** All listeners of the master, open from its start to the last stop. Accepts their connections. The acceptor's thread only. */
final class ListenerGroup {
    private static final RareLog LOG = new RareLog(Logs.of(ListenerGroup.class));

    private static final long CLOSING_NANOS = Listener.CLOSING.toNanos();

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final List<Listener> listeners;
    private final Shortage shortage;
    private State state = State.OPEN;
    private long closingSinceNanos;
    private long closedNanos;
    private int firstPolled;
    private boolean polled;
    private int turn;
    private long arrivals;

    ListenerGroup(List<Listener> listeners, DescriptorReserve reserve) {
        this.listeners = listeners;
        this.shortage = new Shortage(reserve);
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** When the listeners were closed. */
    long closedNanos() {
        return closedNanos;
    }

    List<Listener> all() {
        return listeners;
    }

    /** Adds the listeners to a poll. */
    void addTo(Poller poller) {
        for (int index = 0; index < listeners.size(); index++) {
            int at = poller.add(listeners.get(index).socket().fd(), Poller.IN);
            firstPolled = at - index;
        }
        polled = true;
    }

    /**
     * Accepts connections of those listeners that the last poll found ready. Another listener comes first each time.
     *
     * @return how many were accepted
     */
    int acceptReady(Poller poller, int most, long nowNanos, Consumer<PendingConnection> each) {
        if (!polled) {
            return 0;
        }
        polled = false;
        int accepted = 0;
        turn = turn + 1 < listeners.size() ? turn + 1 : 0;
        for (int count = 0; count < listeners.size(); count++) {
            int index = (turn + count) % listeners.size();
            if (poller.isReady(firstPolled + index)) {
                accepted += accept(listeners.get(index), most - accepted, nowNanos, each);
            }
        }
        return accepted;
    }

    private int accept(Listener listener, int most, long nowNanos, Consumer<PendingConnection> each) {
        int accepted = 0;
        try {
            while (accepted < most) {
                Accepted connection = listener.accept();
                if (connection == null) {
                    break;
                }
                each.accept(new PendingConnection(
                        new Offer(connection.fd(), listener.key(), false, connection.peer()), ++arrivals));
                accepted++;
            }
        } catch (UnixException e) {
            shortage.begin(e.getMessage() + " on " + listener.address(), nowNanos);
        }
        return accepted;
    }

    /**
     * Whether connections may be accepted now: the listeners are not closed, and descriptors are not short. What the master itself
     * needs comes first. With no descriptor left it could start no worker, and the accepted clients would wait for ever.
     */
    boolean mayAccept(long nowNanos) {
        return state != State.CLOSED && !shortage.isResting(nowNanos) && shortage.hasReserve(nowNanos);
    }

    /** How many connections wait above three quarters of each backlog, where the kernel can hardly keep more. */
    int excess() {
        int sum = 0;
        for (Listener listener : listeners) {
            sum += excess(listener);
        }
        return sum;
    }

    /** Accepts connections of those listeners whose backlog is three quarters full; gives how many. */
    int acceptExcess(int most, long nowNanos, Consumer<PendingConnection> each) {
        int accepted = 0;
        for (Listener listener : listeners) {
            if (excess(listener) > 0) {
                accepted += accept(listener, most - accepted, nowNanos, each);
            }
        }
        return accepted;
    }

    private static int excess(Listener listener) {
        try {
            ListeningSocket.Backlog backlog = listener.socket().backlog();
            return Math.max(0, backlog.waiting() - backlog.limit() / 4 * 3);
        } catch (UnixException e) {
            LOG.warn(e.getMessage() + " of " + listener.address() + ": accepts connections early instead");
            return 1;
        }
    }

    /** Refuses new handshakes; those that have begun get {@link Listener#CLOSING} to end. */
    void startClosing(long nowNanos) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        closingSinceNanos = nowNanos;
        listeners.forEach(Listener::startClosing);
    }

    boolean isClosing() {
        return state == State.CLOSING;
    }

    /** When that time is over: accepts the remaining backlog, once descriptors are free, and closes the listeners. */
    void finishClosing(long nowNanos, Consumer<PendingConnection> each) {
        if (state != State.CLOSING || nowNanos - closingSinceNanos < CLOSING_NANOS || !mayAccept(nowNanos)) {
            return;
        }
        for (Listener listener : listeners) {
            accept(listener, Integer.MAX_VALUE, nowNanos, each);
        }
        if (mayAccept(nowNanos)) {
            state = State.CLOSED;
            closedNanos = nowNanos;
            listeners.forEach(Listener::close);
        }
    }

    /** Closes at once. */
    void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            listeners.forEach(Listener::close);
        }
    }
}
