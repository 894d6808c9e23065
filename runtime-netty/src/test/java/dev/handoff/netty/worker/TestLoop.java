package dev.handoff.netty.worker;

import static org.awaitility.Awaitility.await;

import dev.handoff.acceptor.Listener;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.pipeline.NettyCodecs;
import dev.handoff.unix.Accepted;
import dev.handoff.wire.HandedBack;
import dev.handoff.wire.Offer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One event loop of a worker that takes connections by their descriptors. The master is the test. */
public final class TestLoop {
    private final EventLoop loop;
    private final @Nullable Departures departures;
    private final Connections connections;

    /** Gets what is handed back. */
    @FunctionalInterface
    public interface Master {
        /** Gives the number of what was sent. */
        OptionalLong send(HandedBack connection) throws IOException;
    }

    /**
     * On that event loop.
     *
     * @param idleMin how long an idle connection stays open at least once the worker leaves
     * @param master null: nothing can be handed back
     */
    public TestLoop(EventLoop loop, Duration idleMin, @Nullable Master master) {
        this.loop = loop;
        this.departures = master == null ? null : new Departures(loop, master::send);
        this.connections = new Connections(new Farewells(loop, idleMin), frame -> {}, departures, new NettyCodecs());
    }

    /** Lets a channel be a connection of that handler, which could be handed back. */
    public static Connection connection(Channel channel, WorkerHandler handler, PipelineCodecs codecs) {
        Connection connection = new Connection(Connection.Traffic.NONE, new InetSocketAddress(0), 0, handler, 0);
        connection.opened(
                channel,
                new Farewells(channel.eventLoop()),
                new Departures(channel.eventLoop(), offer -> OptionalLong.empty()),
                codecs);
        return connection;
    }

    /** So many bytes of its client's have come. */
    public static void received(Connection connection, int bytes) {
        connection.received(bytes);
    }

    /** The next one that comes. */
    public static Accepted accept(Listener listener) {
        List<Accepted> all = new ArrayList<>();
        await().until(() -> {
            Accepted next = listener.accept();
            if (next != null) {
                all.add(next);
            }
            return !all.isEmpty();
        });
        return all.get(0);
    }

    /** Serves a connection. */
    public void adopt(Offer offer, WorkerHandler handler) {
        onLoop(() -> new Adoption(loop, connections)
                .connection(offer, Connection.Traffic.NONE, handler, Connections.NO_FRAME));
    }

    /** The worker leaves. */
    public void leave(Duration limit) {
        onLoop(() -> connections.leave(limit));
    }

    /** The master confirms that hand-back. */
    public void confirmed(long number) {
        onLoop(() -> Objects.requireNonNull(departures).confirmed(number, 1));
    }

    /** The master returns that connection. */
    public void returned(long number) {
        onLoop(() -> Objects.requireNonNull(departures).returned(number, 1));
    }

    /** Closes those that are left, and says how many, in words. */
    public String cut() throws Exception {
        return loop.submit(connections::cut).get().toString();
    }

    private void onLoop(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }
}
