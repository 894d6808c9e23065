package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of one adopted connection, kept as an attribute of its channel. Used on the connection's event
 * loop only.
 */
final class Connection {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf(Connection.class, "connection");

    private final Traffic traffic;
    private final SocketAddress remote;
    private @Nullable Farewells farewells;
    private long served;
    private boolean requestInProgress;

    Connection(Traffic traffic, SocketAddress remote) {
        this.traffic = traffic;
        this.remote = remote;
    }

    /** Where an event loop counts what its connections do. */
    interface Traffic {
        /** Counts nothing: the master's own questions are no traffic. */
        Traffic NONE = new Traffic() {};

        default void opened() {}

        default void closed() {}

        default void requestStarted() {}

        default void requestFinished() {}
    }

    /**
     * The channel has become this connection.
     *
     * @param farewells of its event loop
     */
    void opened(Channel channel, Farewells farewells) {
        this.farewells = farewells;
        channel.attr(KEY).set(this);
        traffic.opened();
    }

    /** The channel has been closed. */
    void closed() {
        traffic.closed();
    }

    /** The connection behind a channel that was adopted. */
    static Connection of(Channel channel) {
        Connection connection = channel.attr(KEY).get();
        if (connection == null) {
            throw new IllegalStateException(channel + " was not adopted by a worker: it has no connection attribute");
        }
        return connection;
    }

    /** The client's address. */
    SocketAddress remote() {
        return remote;
    }

    /** Requests answered on this connection so far. */
    long served() {
        return served;
    }

    /** Where it waits for its turn to go, if it cannot go unnoticed. */
    Farewells farewells() {
        return Objects.requireNonNull(farewells, "it was opened before it was asked to leave");
    }

    boolean requestInProgress() {
        return requestInProgress;
    }

    void requestStarted() {
        requestInProgress = true;
        traffic.requestStarted();
    }

    void requestFinished() {
        requestInProgress = false;
        served++;
        traffic.requestFinished();
    }
}
