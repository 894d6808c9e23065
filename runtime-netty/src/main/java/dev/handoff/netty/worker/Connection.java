package dev.handoff.netty.worker;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.wire.Progress;
import dev.handoff.wire.StateFormat;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of one adopted connection, kept as an attribute of its channel. Used on the connection's event
 * loop only.
 */
public final class Connection {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf(Connection.class, "connection");

    private final Traffic traffic;
    private final SocketAddress remote;
    private final int listener;
    private final WorkerHandler handler;
    private final long acceptedMillis;
    private @Nullable PipelineCodecs codecs;
    private @Nullable HandBack handBack;
    private @Nullable Channel channel;
    private @Nullable Farewells farewells;
    private @Nullable Departures departures;
    private long served;
    private boolean touched;
    private boolean clientSpeaksFirst;
    private long received;
    private int requestsInProgress;
    private boolean insideResponse;
    private boolean leaving;
    private boolean departing;

    /**
     * A connection from which nothing has been read yet.
     *
     * @param listener the key of the listener it came from
     * @param handler what serves it
     * @param acceptedMillis when it was accepted, by the wall clock, since 1970
     */
    Connection(Traffic traffic, SocketAddress remote, int listener, WorkerHandler handler, long acceptedMillis) {
        this.traffic = traffic;
        this.remote = remote;
        this.listener = listener;
        this.handler = handler;
        this.acceptedMillis = acceptedMillis;
    }

    /** Where an event loop counts what its connections do. */
    interface Traffic {
        /** Counts nothing: the master's own probes are no traffic. */
        Traffic NONE = new Traffic() {};

        default void opened() {}

        default void closed() {}

        default void requestStarted() {}

        default void requestFinished() {}
    }

    /**
     * The channel has become this connection.
     *
     * @param ownFarewells of its event loop
     * @param ownDepartures of its event loop; null if there is no master that would take it back
     * @param ownCodecs look after its pipeline, unless its handler does
     */
    void opened(
            Channel ownChannel, Farewells ownFarewells, @Nullable Departures ownDepartures, PipelineCodecs ownCodecs) {
        codecs = hasOwnHandBack() ? null : ownCodecs;
        handBack = handBackOf(handler, ownCodecs);
        channel = ownChannel;
        farewells = ownFarewells;
        departures = ownDepartures;
        ownChannel.attr(KEY).set(this);
        traffic.opened();
    }

    /** The channel has been closed. */
    void closed() {
        traffic.closed();
    }

    /** The connection behind a channel that was adopted. */
    public static Connection of(Channel channel) {
        Connection connection = channel.attr(KEY).get();
        if (connection == null) {
            throw new IllegalStateException(channel + " was not adopted by a worker: it has no connection attribute");
        }
        return connection;
    }

    /** The client's address. */
    public SocketAddress remote() {
        return remote;
    }

    /** The key of the listener it came from. */
    int listener() {
        return listener;
    }

    WorkerHandler handler() {
        return handler;
    }

    /** When the connection was accepted, by the master or by this worker: milliseconds since 1970, by the wall clock. */
    public long acceptedMillis() {
        return acceptedMillis;
    }

    /** Requests answered on this connection so far, by other workers, too. */
    public long served() {
        return served;
    }

    /** Where the connection waits for its turn to be closed, if it cannot be handed back. */
    public Farewells farewells() {
        return Objects.requireNonNull(farewells, "it was opened before it was asked to leave");
    }

    int requestsInProgress() {
        return requestsInProgress;
    }

    /** A request has begun. */
    public void requestStarted() {
        requestsInProgress++;
        traffic.requestStarted();
    }

    /** A request was answered, or can no longer be answered. */
    public void requestFinished() {
        requestsInProgress--;
        served++;
        traffic.requestFinished();
    }

    /** Says whether a part of a response was sent whose rest is still to come. */
    public void setInsideResponse(boolean inside) {
        insideResponse = inside;
    }

    /** Whether an end of the connection would cut a response short. */
    boolean isInsideResponse() {
        return insideResponse;
    }

    // --- on to another worker ---------------------------------------------------------------------------------------

    /** Which states of connections a handler understands, or the codecs' room on its behalf. */
    static StateFormat stateFormat(WorkerHandler handler, PipelineCodecs codecs) {
        return stateFormat(handBackOf(handler, codecs));
    }

    private static StateFormat stateFormat(@Nullable HandBack able) {
        return able == null ? StateFormat.NONE : new StateFormat(able.kind(), able.version());
    }

    private static @Nullable HandBack handBackOf(WorkerHandler handler, PipelineCodecs codecs) {
        if (handler instanceof HandBack able) {
            return able;
        }
        boolean handsBack =
                ProgramCode.get(handler, "its connections are not handed back", false, handler::handsBackHttp);
        return handsBack ? codecs.handBack(handler) : null;
    }

    /** Whether the handler takes part in hand-backs. A handler that does not sees a connection that is handed back as one that ends. */
    boolean hasOwnHandBack() {
        return handler instanceof HandBack;
    }

    /** The client must speak first, even if the handler says otherwise of its protocol. */
    public void clientSpeaksFirst() {
        clientSpeaksFirst = true;
    }

    /** Bytes of the client were read. */
    public void touched() {
        touched = true;
    }

    /** So many bytes of the client were read here, or were read by another worker and not used there. */
    void received(int bytes) {
        received += bytes;
    }

    /** Bytes of the client that this worker has read. */
    public long received() {
        return received;
    }

    /** Another worker had answered so many requests when it handed the connection back. */
    void continues(long servedBefore) {
        touched = true;
        served = servedBefore;
    }

    /** Whether the connection is as good as new: the client must speak first, and has sent nothing. */
    boolean isUntouched() {
        return !touched
                && (clientSpeaksFirst
                        || handler.protocol().isHttp()
                        || handler.protocol().isEncrypted());
    }

    /** Lets the handler build the pipeline; false if it has thrown. */
    boolean initChannel(Channel opened) {
        boolean built = ProgramCode.run(
                remote, "the handler refused its connection: closed", () -> handler.initChannel(opened));
        if (built && codecs != null) {
            codecs.built(opened, this);
        }
        return built;
    }

    /** The pipeline has read from the connection. */
    void read(Channel opened) {
        if (codecs != null) {
            codecs.read(opened, this);
        }
    }

    /** Bytes that another worker has read and not used are read once more, as soon as they are asked for. */
    public void replay(byte[] bytes) {
        Objects.requireNonNull(channel).pipeline().get(ConnectionTracker.class).replay(bytes);
    }

    /**
     * What the next worker has to know; empty if the connection cannot be handed back now. Changes nothing.
     *
     * @throws RuntimeException whatever the handler throws
     */
    Optional<Progress> release(Channel opened) {
        return handBack == null
                ? Optional.empty()
                : handBack.release(opened)
                        .filter(state -> state.length <= Progress.MAX_STATE)
                        .map(state -> new Progress(stateFormat(handBack), served, state));
    }

    /** Lets the handler resume the connection where another worker stopped; false if the handler has thrown. */
    boolean resume(Channel opened, byte[] state) {
        HandBack able = handBack;
        return able == null
                || ProgramCode.run(
                        remote,
                        "the handler cannot go on where another worker's has left off: closed",
                        () -> able.resume(opened, state));
    }

    /** Whether the connection goes on in another worker when this one leaves, as its own handler says. */
    public boolean movesOn() {
        return hasOwnHandBack() && mayGo();
    }

    /** Whether the connection goes on in another worker when this one leaves, if its codec is at rest. */
    public boolean movesOnWithItsCodec() {
        return !hasOwnHandBack() && mayGo();
    }

    private boolean mayGo() {
        return handBack != null && departures != null && !departures.haveEnded();
    }

    /** The worker leaves. The pipeline is told next. */
    void startLeaving() {
        leaving = true;
    }

    /** The pipeline was told that the worker leaves. The connection is handed back if it is at rest. */
    void leave() {
        if (codecs != null) {
            codecs.leaving(Objects.requireNonNull(channel), this);
        }
        departIfLeaving();
    }

    /**
     * The connection is handed back soon, if its worker leaves and a master takes it. Not at once: this may be called when the last
     * write is done, and the channel counts that as unsent until the listeners of the write were called.
     */
    public void atRest() {
        if (leaving && !departing) {
            Objects.requireNonNull(channel).eventLoop().execute(this::departIfLeaving);
        }
    }

    private void departIfLeaving() {
        if (leaving && !departing && departures != null) {
            departures.tryHandBack(Objects.requireNonNull(channel), this);
        }
    }

    /** The connection is sent as soon as it is out of epoll and nothing more can reach it. */
    void startDeparting() {
        departing = true;
    }

    /** The connection was sent to the master. */
    void departs() {
        if (codecs != null) {
            codecs.handedBack(Objects.requireNonNull(channel));
        }
    }

    /** The connection is served here again. */
    void isBack() {
        if (codecs != null) {
            codecs.returned(Objects.requireNonNull(channel));
        }
        atRest();
    }

    /** The connection was to be handed back, and was no longer at rest. */
    void stays() {
        departing = false;
        if (codecs != null) {
            codecs.stays(Objects.requireNonNull(channel));
        }
    }

    /** Whether the connection is on its way to the master, or there already. Its socket must not be touched then. */
    public boolean isDeparting() {
        return departing;
    }

    /** Whether its worker leaves. */
    public boolean isLeaving() {
        return leaving;
    }

    /** The worker has too many connections: this one is handed back if it is at rest. Returns whether it is. */
    boolean shed() {
        return !departing && departures != null && departures.tryHandBack(Objects.requireNonNull(channel), this);
    }

    /**
     * No other worker could serve the connection.
     *
     * @param last whether it is not to be tried again
     */
    void returned(boolean last) {
        departing = false;
        if (last) {
            departures = null;
        }
    }
}
