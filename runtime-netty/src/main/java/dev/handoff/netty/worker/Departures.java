package dev.handoff.netty.worker;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.BorrowedFd;
import dev.handoff.unix.SocketAddressBytes;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Progress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Hands connections of one event loop back to the master while they are open. Used on that event loop.
 *
 * <pre>
 *   at rest ──▶ out of epoll ──▶ still at rest? ──▶ sent ──▶ CONFIRM: the copy is closed
 *                                    │ no             └────▶ RETURN: goes on here
 *                                    └──▶ back into epoll
 * </pre>
 *
 * The socket leaves epoll first: one that another process has open would stay in it after this copy is closed. And it is never
 * shut down, which would end the connection for the next worker.
 */
final class Departures {
    private static final Logger LOG = Logs.of(Departures.class);

    /** How long to wait while the lane has no room. */
    private static final long RETRY_MILLIS = 1;

    /** Sends connections to the master. */
    @FunctionalInterface
    interface Sender {
        /** Sends a connection, whose descriptor stays open here. Returns its number, or nothing if there is no room now. */
        OptionalLong send(HandedBack connection) throws IOException;
    }

    /** A connection to hand back, and whether its worker leaves, so that there is no second chance. */
    private record Departure(
            Channel channel,
            Connection connection,
            @Nullable Progress progress,
            boolean last) {}

    private final EventLoop loop;
    private final Sender master;
    private final Deque<Departure> unsent = new ArrayDeque<>();
    private final Map<Long, Departure> sent = new HashMap<>();
    private boolean retrying;
    private boolean ended;

    Departures(EventLoop loop, Sender master) {
        this.loop = loop;
        this.master = master;
    }

    /** Whether nothing can be handed back any more. */
    boolean haveEnded() {
        return ended;
    }

    /** Hands a connection back if it is at rest. Returns whether it is. */
    boolean tryHandBack(Channel channel, Connection connection) {
        if (ended || departure(channel, connection).isEmpty()) {
            return false;
        }
        connection.startDeparting();
        // Not through the pipeline: a handler there must not decide whether the socket leaves epoll.
        ChannelPromise out = channel.newPromise();
        channel.unsafe().deregister(out);
        out.addListener(done -> depart(channel, connection));
        return true;
    }

    /** Bytes that came between the decision and the last event of the channel belong to the state. */
    private void depart(Channel channel, Connection connection) {
        if (!channel.isOpen()) {
            return;
        }
        Optional<Departure> departure = departure(channel, connection);
        if (departure.isEmpty()) {
            Registration.again(loop, channel).addListener(in -> {
                channel.flush();
                connection.stays();
            });
            return;
        }
        channel.pipeline().addFirst(DepartedGuard.INSTANCE);
        connection.departs();
        Connections.tell(channel, ConnectionEvent.HANDED_BACK);
        unsent.add(departure.get());
        flush();
    }

    private static Optional<Departure> departure(Channel channel, Connection connection) {
        return ProgramCode.get(
                connection.remote(),
                "its handler cannot say how far it has got: it stays with this worker",
                Optional.empty(),
                () -> askForDeparture(channel, connection));
    }

    private static Optional<Departure> askForDeparture(Channel channel, Connection connection) {
        if (!channel.isActive() || hasUnsent(channel) || isHalfClosed(channel)) {
            return Optional.empty();
        }
        if (connection.isUntouched()) {
            return Optional.of(new Departure(channel, connection, null, connection.isLeaving()));
        }
        return connection
                .release(channel)
                .map(progress -> new Departure(channel, connection, progress, connection.isLeaving()));
    }

    private static boolean hasUnsent(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null || buffer.totalPendingWriteBytes() > 0;
    }

    private static boolean isHalfClosed(Channel channel) {
        DuplexChannel duplex = (DuplexChannel) channel;
        return duplex.isInputShutdown()
                || duplex.isOutputShutdown()
                || channel.pipeline().get(LingeringClose.class) != null;
    }

    private void flush() {
        if (ended) {
            unsentStay();
            return;
        }
        try {
            while (!unsent.isEmpty()) {
                OptionalLong number = master.send(handedBack(unsent.getFirst()));
                if (number.isEmpty()) {
                    retryLater();
                    return;
                }
                sent.put(number.getAsLong(), unsent.removeFirst());
            }
        } catch (IOException e) {
            LOG.warn("cannot hand connections back, they stay: {}", e.getMessage());
            unsentStay();
        }
    }

    private static HandedBack handedBack(Departure departure) {
        BorrowedFd socket =
                new BorrowedFd(((UnixChannel) departure.channel).fd().intValue());
        Connection connection = departure.connection;
        return new HandedBack(
                socket,
                connection.listener(),
                SocketAddressBytes.of(connection.remote()),
                connection.acceptedMillis(),
                departure.progress);
    }

    private void retryLater() {
        if (!retrying) {
            retrying = true;
            var unused = loop.schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void retry() {
        retrying = false;
        flush();
    }

    /** The master has these connections. */
    void confirmed(long first, int count) {
        removeSent(first, count).forEach(departure -> drop(departure.channel));
    }

    /** Closes this worker's copy, and nothing else. Handlers that take no part in hand-backs are told that the connection has ended. */
    private static void drop(Channel channel) {
        if (!Connection.of(channel).hasOwnHandBack()) {
            channel.pipeline().fireChannelInactive();
        }
        boolean more = true;
        while (more && channel.pipeline().firstContext() != null) {
            more = ProgramCode.run(
                    channel, "a handler of it was not told that it has gone", channel.pipeline()::removeLast);
        }
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** These connections stay here. */
    void returned(long first, int count) {
        removeSent(first, count).forEach(this::stay);
    }

    private List<Departure> removeSent(long first, int count) {
        List<Departure> removed = new ArrayList<>();
        for (long number = first; number < first + count; number++) {
            Departure departure = sent.remove(number);
            if (departure != null) {
                removed.add(departure);
            }
        }
        return removed;
    }

    private void stay(Departure departure) {
        Channel channel = departure.channel;
        departure.connection.returned(departure.last);
        if (channel.pipeline().context(DepartedGuard.INSTANCE) != null) {
            channel.pipeline().remove(DepartedGuard.INSTANCE);
        }
        Registration.again(loop, channel).addListener(in -> comeBack(channel, departure.connection));
    }

    private static void comeBack(Channel channel, Connection connection) {
        if (!channel.isOpen()) {
            return;
        }
        Connections.tell(channel, ConnectionEvent.RETURNED);
        connection.isBack();
    }

    /** The master is gone. What it has not answered is still ours: its copies were closed with it. */
    void laneEnded() {
        unsentStay();
        List<Departure> left = List.copyOf(sent.values());
        sent.clear();
        left.forEach(this::stay);
    }

    /** The last answer of the master is not known. It may have handed off what was sent to it, and two workers must not own one connection. */
    void laneFailed() {
        unsentStay();
        List<Departure> left = List.copyOf(sent.values());
        sent.clear();
        left.forEach(departure -> drop(departure.channel));
    }

    private void unsentStay() {
        ended = true;
        List<Departure> left = List.copyOf(unsent);
        unsent.clear();
        left.forEach(this::stay);
    }
}
