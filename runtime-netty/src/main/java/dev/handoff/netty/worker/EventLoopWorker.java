package dev.handoff.netty.worker;

import dev.handoff.netty.WorkerHandler;
import dev.handoff.process.spi.Logs;
import dev.handoff.unix.Fd;
import dev.handoff.unix.SocketFd;
import dev.handoff.wire.Offer;
import dev.handoff.wire.Progress;
import dev.handoff.wire.Refusal;
import dev.handoff.wire.Scoreboard;
import dev.handoff.wire.Scoreboard.Cell;
import dev.handoff.wire.StateFormat;
import dev.handoff.worker.HandoffReceiver;
import dev.handoff.worker.WorkerRuntime;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * One event loop of a worker: takes connections from its lane, gives each to the handler of its listener, and knows those
 * that are open. Everything here happens on that event loop, except where it says otherwise.
 */
final class EventLoopWorker implements HandoffReceiver.Adopter {
    private static final Logger LOG = Logs.of(EventLoopWorker.class);
    private static final Optional<Refusal> NO_REFUSAL = Optional.empty();
    private static final Optional<Refusal> UNKNOWN = Optional.of(Refusal.UNKNOWN_LISTENER);
    private static final Optional<Refusal> FULL = Optional.of(Refusal.FULL);
    private static final Optional<Refusal> UNKNOWN_STATE = Optional.of(Refusal.UNKNOWN_STATE);

    private final int index;
    private final EventLoop loop;
    private final WorkerRuntime runtime;
    private final Scoreboard scoreboard;
    private final List<WorkerHandler> handlers;
    private final List<StateFormat> formats;
    private final int maxConnections;
    private final Connection.Traffic traffic = new LoopTraffic();
    private final Departures departures;
    private final Connections connections;
    private final Adoption adoption;
    private final Map<Integer, SharedSocket> accepting = new HashMap<>();
    private final HandoffReceiver receiver;

    private EventLoopWorker(
            int index, EventLoop loop, WorkerRuntime runtime, List<WorkerHandler> handlers, PipelineCodecs codecs)
            throws IOException {
        this.index = index;
        this.loop = loop;
        this.runtime = runtime;
        this.scoreboard = runtime.scoreboard();
        this.handlers = handlers;
        this.formats = handlers.stream()
                .map(handler -> Connection.stateFormat(handler, codecs))
                .toList();
        this.maxConnections = runtime.welcome().maxConnections();
        this.receiver = runtime.openLane(index, this);
        this.departures = new Departures(loop, receiver::handBack);
        Duration idleMin = Farewells.idleMin(runtime.welcome().saidToHandlers());
        this.connections = new Connections(new Farewells(loop, idleMin), receiver::settled, departures, codecs);
        this.adoption = new Adoption(loop, connections);
    }

    /**
     * Opens the lane of an event loop and begins to beat. Called by the worker's main thread; blocks until the lane is
     * polled.
     *
     * @param handlers by the keys of the listeners
     * @param codecs look after pipelines of connections
     */
    static EventLoopWorker start(
            int index, IoEventLoop loop, WorkerRuntime runtime, List<WorkerHandler> handlers, PipelineCodecs codecs)
            throws IOException {
        EventLoopWorker worker = new EventLoopWorker(index, loop, runtime, handlers, codecs);
        long beatNanos = runtime.welcome().beatEvery().toNanos();
        loop.scheduleAtFixedRate(worker::beat, 0, beatNanos, TimeUnit.NANOSECONDS);
        LaneHandle.poll(loop, worker.receiver, worker.departures::laneEnded, worker::onLaneFailed);
        return worker;
    }

    private void beat() {
        scoreboard.set(index, Cell.BEAT, System.nanoTime());
    }

    private void onLaneFailed(IOException failure) {
        LOG.error("lane {} is of no more use, this worker leaves: {}", index, failure.getMessage());
        departures.laneFailed();
        runtime.requestLeave("its lane " + index + " failed: " + failure.getMessage());
        // No drain frame will come on this lane any more.
        drain();
    }

    // --- connections come -----------------------------------------------------------------------------------------

    @Override
    public Optional<Refusal> refusal(Offer offer, int before) {
        if (offer.listener() >= handlers.size()) {
            return UNKNOWN;
        }
        Progress progress = offer.progress();
        if (progress != null && !progress.format().equals(formats.get(offer.listener()))) {
            return UNKNOWN_STATE;
        }
        if (maxConnections > 0 && openInAllLoops() + before >= maxConnections) {
            scoreboard.increment(index, Cell.REFUSED);
            return FULL;
        }
        return NO_REFUSAL;
    }

    private long openInAllLoops() {
        return scoreboard.sum(Cell.ADOPTED) - scoreboard.sum(Cell.CLOSED);
    }

    @Override
    public void adopt(Offer offer) {
        adoption.connection(
                offer,
                offer.probe() ? Connection.Traffic.NONE : traffic,
                handlers.get(offer.listener()),
                receiver.frame());
    }

    @Override
    public void listen(int listener, Fd listeningSocket) {
        boolean unix = runtime.welcome().listeners().get(listener).file().isPresent();
        Accepting begun = adoption.listener(
                () -> SocketFd.duplicate(listeningSocket), listener, unix, traffic, handlers.get(listener));
        accepting.put(listener, new SharedSocket(listeningSocket, begun));
    }

    /** A listening socket of the master's, from which other workers accept as well. */
    private record SharedSocket(Fd socket, Accepting accepting) {
        void close() {
            accepting.close();
            socket.close();
        }
    }

    @Override
    public void unlisten(int listener) {
        SharedSocket shared = accepting.remove(listener);
        if (shared != null) {
            shared.close();
        }
    }

    // --- connections go -------------------------------------------------------------------------------------------

    @Override
    public void drain() {
        connections.leave(runtime.drainLimit());
        runtime.laneDrained(index);
    }

    @Override
    public void confirmed(long first, int count) {
        departures.confirmed(first, count);
    }

    @Override
    public void shed(int count) {
        connections.shed(count);
    }

    @Override
    public void returned(long first, int count) {
        departures.returned(first, count);
    }

    /** Done when no more connections come and the last one has ended. Any thread. */
    CompletableFuture<Void> emptied() {
        return connections.emptied();
    }

    /**
     * Closes what is left. Any thread.
     *
     * @return how many
     */
    CompletableFuture<Cut> cut() {
        return CompletableFuture.supplyAsync(this::cutNow, loop);
    }

    private Cut cutNow() {
        accepting.values().forEach(SharedSocket::close);
        accepting.clear();
        return connections.cut();
    }

    private final class LoopTraffic implements Connection.Traffic {
        @Override
        public void opened() {
            scoreboard.increment(index, Cell.ADOPTED);
        }

        @Override
        public void closed() {
            scoreboard.increment(index, Cell.CLOSED);
        }

        @Override
        public void requestStarted() {
            scoreboard.increment(index, Cell.REQUESTS_STARTED);
        }

        @Override
        public void requestFinished() {
            scoreboard.increment(index, Cell.REQUESTS_FINISHED);
        }
    }
}
