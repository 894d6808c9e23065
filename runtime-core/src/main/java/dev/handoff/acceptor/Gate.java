package dev.handoff.acceptor;

import dev.handoff.unix.Accepted;
import dev.handoff.unix.DescriptorReserve;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import dev.handoff.unix.RareLog;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.Offer;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Where connections come in: the listeners, open from the start to the last stop. The acceptor's thread only. */
final class Gate {
    private static final RareLog LOG = new RareLog(LoggerFactory.getLogger(Gate.class));

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

    Gate(List<Listener> listeners, DescriptorReserve reserve) {
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

    List<Listener> listeners() {
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
     * Takes connections of those listeners that the last poll found ready; each time another one comes first.
     *
     * @return how many there were
     */
    int acceptReady(Poller poller, int most, long nowNanos, Consumer<Pending> each) {
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

    private int accept(Listener listener, int most, long nowNanos, Consumer<Pending> each) {
        int accepted = 0;
        try {
            while (accepted < most) {
                Accepted connection = listener.accept();
                if (connection == null) {
                    break;
                }
                each.accept(
                        new Pending(new Offer(connection.fd(), listener.key(), false, connection.peer()), ++arrivals));
                accepted++;
            }
        } catch (UnixException e) {
            shortage.begin(e.getMessage() + " on " + listener.address(), nowNanos);
        }
        return accepted;
    }

    /**
     * Whether it is worth while to look for connections: not closed, and not short of descriptors just now. What the master itself
     * needs comes first: with none left it could start no worker, and whom it has let in would wait for ever.
     */
    boolean mayAccept(long nowNanos) {
        return state != State.CLOSED && !shortage.isResting(nowNanos) && shortage.hasReserve(nowNanos);
    }

    /** How many connections the kernel can hardly keep: those above three quarters of each listener's backlog. */
    int excess() {
        int sum = 0;
        for (Listener listener : listeners) {
            sum += excess(listener);
        }
        return sum;
    }

    /** Takes connections of those listeners whose backlog is three quarters full; gives how many. */
    int relieve(int most, long nowNanos, Consumer<Pending> each) {
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
            LOG.warn(e.getMessage() + " of " + listener.address() + ": takes connections early instead");
            return 1;
        }
    }

    /** Lets nobody new in; what has begun to come in gets a moment more. */
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

    /** When that moment is over: takes everything that is left, be it not before there is room for it, and closes. */
    void finishClosing(long nowNanos, Consumer<Pending> each) {
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
