package dev.handoff.master;

import dev.handoff.unix.Accepted;
import dev.handoff.unix.ListeningSocket;
import dev.handoff.unix.Poller;
import dev.handoff.unix.UnixException;
import dev.handoff.wire.Offer;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where connections come in: the listeners, open from the start to the last stop. The acceptor's thread only. */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** So long handshakes that have begun get to end before the listeners are closed. */
    private static final long CLOSING_NANOS = 100_000_000;

    /** So long nothing is accepted after the kernel had no room for one more connection. */
    private static final long SHORTAGE_NANOS = 100_000_000;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final List<Listener> listeners;
    private State state = State.OPEN;
    private long closingSinceNanos;
    private boolean outOfRoom;
    private long shortSinceNanos;
    private long lastWarningNanos;
    private boolean warned;
    private int firstPolled;
    private boolean polled;
    private int turn;

    Gate(List<Listener> listeners) {
        this.listeners = listeners;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    List<Listener> listeners() {
        return listeners;
    }

    /** Adds the listeners to a poll. */
    void addTo(Poller poller) {
        firstPolled = poller.add(listeners.get(0).socket().fd(), Poller.IN);
        for (Listener listener : listeners.subList(1, listeners.size())) {
            poller.add(listener.socket().fd(), Poller.IN);
        }
        polled = true;
    }

    /**
     * Takes connections of those listeners that the last poll found ready, in turn.
     *
     * @return how many
     */
    int acceptReady(Poller poller, int most, long nowNanos, Consumer<Pending> each) {
        if (!polled) {
            return 0;
        }
        polled = false;
        int accepted = 0;
        turn++;
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
                Accepted connection = listener.socket().accept();
                if (connection == null) {
                    break;
                }
                each.accept(new Pending(new Offer(connection.fd(), listener.key(), false, connection.peer())));
                accepted++;
            }
        } catch (UnixException e) {
            rest(listener, e, nowNanos);
        }
        return accepted;
    }

    private void rest(Listener listener, UnixException shortage, long nowNanos) {
        outOfRoom = true;
        shortSinceNanos = nowNanos;
        if (!warned || nowNanos - lastWarningNanos > 1_000_000_000) {
            warned = true;
            lastWarningNanos = nowNanos;
            LOG.warn(
                    "{} on {}; its clients wait in the kernel's backlog, next try in {} ms",
                    shortage.getMessage(),
                    listener.address(),
                    SHORTAGE_NANOS / 1_000_000);
        }
    }

    /** Whether it is worth while to look for connections: not closed, and not short of descriptors just now. */
    boolean mayAccept(long nowNanos) {
        outOfRoom = outOfRoom && nowNanos - shortSinceNanos < SHORTAGE_NANOS;
        return state != State.CLOSED && !outOfRoom;
    }

    /** Takes what the kernel can hardly keep any longer: of every listener whose backlog is three quarters full. */
    void relieve(int most, long nowNanos, Consumer<Pending> each) {
        int accepted = 0;
        for (Listener listener : listeners) {
            if (isNearlyFull(listener)) {
                accepted += accept(listener, most - accepted, nowNanos, each);
            }
        }
    }

    private static boolean isNearlyFull(Listener listener) {
        try {
            ListeningSocket.Backlog backlog = listener.socket().backlog();
            return backlog.waiting() > backlog.limit() / 4 * 3L;
        } catch (UnixException e) {
            LOG.warn("{} of {}: takes connections early instead", e.getMessage(), listener.address());
            return true;
        }
    }

    /** Lets nobody new in; what has begun to come in gets a moment more. */
    void startClosing(long nowNanos) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        closingSinceNanos = nowNanos;
        for (Listener listener : listeners) {
            try {
                listener.removeFile();
                listener.socket().refuseNewHandshakes();
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: a client that connects to {} just now may be reset", e.getMessage(), listener.address());
            }
        }
    }

    boolean isClosing() {
        return state == State.CLOSING;
    }

    /** When that moment is over: takes everything that is left and closes. */
    void finishClosing(long nowNanos, Consumer<Pending> each) {
        if (state == State.CLOSING && nowNanos - closingSinceNanos >= CLOSING_NANOS) {
            for (Listener listener : listeners) {
                accept(listener, Integer.MAX_VALUE, nowNanos, each);
            }
            close();
        }
    }

    void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            listeners.forEach(Listener::close);
        }
    }
}
