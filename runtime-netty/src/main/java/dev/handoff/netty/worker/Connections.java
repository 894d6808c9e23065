package dev.handoff.netty.worker;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.wire.Progress;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The open connections of one event loop. Used on that event loop. */
final class Connections {
    /** The sequence number of connections that came on no lane. */
    static final long NO_FRAME = 0;

    private final LongConsumer onFirstRead;
    private final @Nullable Departures departures;
    private final PipelineCodecs codecs;
    private final Farewells farewells;
    private final Set<Channel> open = new HashSet<>();
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private boolean leaving;

    /**
     * None yet.
     *
     * @param farewells of that event loop
     * @param onFirstRead hears when a connection is read from for the first time, and which frame has brought it
     * @param departures of that event loop; null if there is no master that takes connections back
     * @param codecs look after pipelines of connections
     */
    Connections(Farewells farewells, LongConsumer onFirstRead, @Nullable Departures departures, PipelineCodecs codecs) {
        this.farewells = farewells;
        this.onFirstRead = onFirstRead;
        this.departures = departures;
        this.codecs = codecs;
    }

    /**
     * Adds a channel. Its handler builds the pipeline as soon as the channel has its event loop.
     *
     * @param frame the number of the frame that brought it, or {@link #NO_FRAME}
     * @param progress how far it has got with another worker; null: it is new
     */
    void add(Channel channel, Connection connection, long frame, @Nullable Progress progress) {
        open.add(channel);
        connection.opened(channel, farewells, departures, codecs);
        // Not by a handler: one whose registration fails has none.
        channel.closeFuture().addListener(closed -> ended(channel));
        channel.pipeline().addLast(new ConnectionTracker(this, connection, frame, progress));
    }

    void firstRead(long frame) {
        onFirstRead.accept(frame);
    }

    private void ended(Channel channel) {
        open.remove(channel);
        Connection.of(channel).closed();
        completeIfEmpty();
    }

    /**
     * No more connections will come: tells those that are open, and hands back what is at rest. To be called once.
     *
     * @param limit how long the others may go on
     */
    void leave(Duration limit) {
        if (leaving) {
            return;
        }
        leaving = true;
        List.copyOf(open).forEach(this::tellIfLeaving);
        farewells.begin(limit);
        completeIfEmpty();
    }

    /** Tells one connection that has its pipeline now. On a shared listener it may have come after the others were told. */
    void tellIfLeaving(Channel channel) {
        if (leaving) {
            Connection connection = Connection.of(channel);
            connection.startLeaving();
            tell(channel, ConnectionEvent.LEAVING);
            connection.leave();
        }
    }

    /** A pipeline catches what its handlers throw, but not what their own executors throw. */
    static void tell(Channel channel, ConnectionEvent event) {
        ProgramCode.run(
                channel,
                "its pipeline was not told " + event,
                () -> channel.pipeline().fireUserEventTriggered(event));
    }

    /** Hands back so many of the connections that are at rest, or all of them. */
    void shed(int count) {
        int left = count;
        for (Channel channel : List.copyOf(open)) {
            if (left == 0) {
                return;
            }
            if (Connection.of(channel).shed()) {
                left--;
            }
        }
    }

    private void completeIfEmpty() {
        if (leaving && open.isEmpty()) {
            emptied.complete(null);
        }
    }

    /** Done when no more come and the last one has ended. Any thread may ask. */
    CompletableFuture<Void> emptied() {
        return emptied;
    }

    /**
     * Closes the connections that are left. A client whose response is not whole sees a reset.
     *
     * @return how many
     */
    Cut cut() {
        int requests = 0;
        List<Channel> left = List.copyOf(open);
        for (Channel channel : left) {
            Connection connection = Connection.of(channel);
            requests += connection.requestsInProgress();
            if (connection.isInsideResponse() || new WriteWatch.Socket(channel).isWaiting()) {
                AbortiveClose.now(channel);
            } else {
                channel.close();
            }
        }
        return new Cut(left.size(), requests);
    }
}
