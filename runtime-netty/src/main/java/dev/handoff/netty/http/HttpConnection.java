package dev.handoff.netty.http;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.http.Pace.Phase;
import dev.handoff.netty.worker.AbortiveClose;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LingeringClose;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.TlsPipeline;
import dev.handoff.netty.worker.TlsSession;
import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A connection that speaks HTTP/1.1, until its client turns out to speak HTTP/2. It takes its bytes one request at a time: what
 * comes behind a request stays bytes until the response to that request has been written out, and the client waits.
 *
 * <pre>
 *   SILENT ──▶ HEAD ──▶ BODY ──▶ BUSY ──▶ IDLE     answered, and the connection stays
 *                ▲                         │
 *                └─────────────────────────┘
 *   any ──▶ ending: answered for the last time, refused, late, gone, or a WebSocket, or HTTP/2, from now on
 * </pre>
 *
 * Used on the connection's event loop, but for {@link #execute}.
 */
final class HttpConnection extends CarrierHandler {
    private static final Logger LOG = Logs.of(HttpConnection.class);
    private static final int MOST_SHOWN = 128;

    private final HttpService service;
    private final Channel channel;
    private final Connection connection;
    private final ServerRequest.Origin origin;
    private final Pace pace;
    private final HttpMove move;
    private final HeadReader heads;
    private final Http1Writer writer;
    private final InputGate gate;
    private @Nullable HalfClose halfClose;

    HttpConnection(HttpService service, Channel channel) {
        super(channel);
        this.service = service;
        this.channel = channel;
        this.connection = Connection.of(channel);
        this.gate = new InputGate(channel);
        this.origin = new ServerRequest.Origin(
                connection.remote(),
                TlsPipeline.protects(channel),
                TlsSession.of(channel),
                Instant.ofEpochMilli(connection.acceptedMillis()),
                service.context);
        this.heads = new HeadReader(service.settings.maxLine(), service.settings.maxHeaders());
        this.writer = new Http1Writer(channel, service.encoder, LoopClock.of(channel.eventLoop()), origin.secure());
        this.pace = new Pace(service, channel, WriteWatch.of(channel), Phase.SILENT, this);
        this.move = new HttpMove(connection, pace.timer());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (ending) {
            bytes.release();
            return;
        }
        gate.onRead();
        pace.received(bytes.readableBytes());
        receive(context, bytes);
        proceed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            writer.onInputEnded();
            onInputEnd();
        } else if (TlsPipeline.hasEndedInput(event)) {
            onInputEnd();
        } else if (event instanceof ConnectionEvent said) {
            move.on(said);
            if (said != ConnectionEvent.HANDED_BACK) {
                sayFarewell();
            }
            if (said == ConnectionEvent.RETURNED) {
                proceed();
            }
        }
        context.fireUserEventTriggered(event);
        if (event == SslHandshakeCompletionEvent.SUCCESS) {
            onHandshake();
        } else if (TlsPipeline.hasEnded(channel, event) && !ending) {
            closeNow();
        }
    }

    private void onInputEnd() {
        if (!inputEnded) {
            inputEnded = true;
            halfClose = new HalfClose(LoopClock.of(channel.eventLoop()), writer, new WriteWatch.Socket(channel));
        }
        proceed();
    }

    private void onHandshake() {
        if (http2IsChosen()) {
            becomeHttp2();
        } else {
            sayFarewell();
        }
    }

    /** A client whose handshake is not over has its time when it is. */
    private void sayFarewell() {
        if (move.isLeaving() && !connection.movesOn() && !TlsPipeline.isShakingHands(channel)) {
            connection.farewells().add(service.idleMin, this::closeIfIdle);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        service.reportFailure(channel, cause);
        closeNow();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    // --- what carries an exchange ---------------------------------------------------------------------------------

    @Override
    Connection connection() {
        return connection;
    }

    @Override
    ServerRequest.Origin origin() {
        return origin;
    }

    @Override
    public HttpService service() {
        return service;
    }

    @Override
    public BodyReader bodyReader(RequestHead head) {
        return new Http1BodyReader(head, service.settings.maxBody(), service.settings.maxHeaders());
    }

    @Override
    public ResponseWriter writer() {
        return writer;
    }

    @Override
    public boolean mayStay() {
        return (!move.isLeaving() || movesOn()) && !(inputEnded && !input.isReadable());
    }

    @Override
    public void onAnswered(boolean stays, boolean clientAsked) {
        exchange = null;
        pace.answered();
        connection.requestFinished();
        if (stays) {
            proceed();
        } else if (inputEnded || (clientAsked && !input.isReadable())) {
            closeNow();
        } else {
            close();
        }
    }

    @Override
    public void becomeWebSocket(RequestHead head, Response response, boolean deflate, Consumer<WebSocket> opened) {
        exchange = null;
        ending = true;
        writer.sendSwitching(response, WebSocketHandshake.accept(head));
        service.webSocket(new WebSocketOverHttp1(channel, gate)).open(deflate, opened);
        channel.flush();
        giveWay();
    }

    private boolean http2IsChosen() {
        return service.settings.http2().spoken() && TlsPipeline.hasChosenHttp2(channel);
    }

    private void becomeHttp2() {
        ending = true;
        Http2Session.open(service, channel, origin);
        giveWay();
    }

    /** Leaves the connection to the handlers that were added: what has come and was not used are their first bytes. */
    private void giveWay() {
        ByteBuf first = releaseInput();
        ChannelHandlerContext context = channel.pipeline().context(this);
        if (move.isLeaving()) {
            context.fireUserEventTriggered(ConnectionEvent.LEAVING);
        }
        if (first.isReadable()) {
            context.fireChannelRead(first);
            context.fireChannelReadComplete();
        } else {
            first.release();
        }
        if (inputEnded) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        context.pipeline().remove(this);
    }

    @Override
    public void cut(String why) {
        LOG.debug("cutting {}: {}", channel, why);
        closeNow();
    }

    // --- on to another worker -------------------------------------------------------------------------------------

    /** What the next worker has to know; empty while a request is in progress. */
    Optional<byte[]> release() {
        return exchange != null || ending || inputEnded ? Optional.empty() : move.state(input);
    }

    /** Goes on where another worker's connection has left off. */
    void resume(byte[] state) {
        input = move.resume(state, channel.alloc());
        pace.resume(input.isReadable() ? Phase.HEAD : Phase.IDLE);
        proceed();
    }

    private boolean movesOn() {
        return !inputEnded && move.isDue(input);
    }

    // --- one step after the other ---------------------------------------------------------------------------------

    @Override
    boolean step() {
        Exchange current = exchange;
        return current == null ? input.isReadable() && !movesOn() && begin() : current.readBody(input);
    }

    private boolean begin() {
        if (input.getByte(input.readerIndex()) == 'P' && mayBeHttp2()) {
            return beginHttp2();
        }
        RequestHead head = heads.read(input);
        if (head == null) {
            return false;
        }
        origin.admit(head);
        begin(head).begin();
        return true;
    }

    private boolean mayBeHttp2() {
        return service.settings.http2().spoken()
                && connection.served() == 0
                && !origin.secure()
                && Http2Preface.isPossible(input);
    }

    private boolean beginHttp2() {
        if (Http2Preface.isWhole(input)) {
            becomeHttp2();
        }
        return false;
    }

    @Override
    void refuse(HttpFailure failure) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{} gets {}: {}; its bytes: {}", channel, failure.status(), failure.getMessage(), firstInput());
        }
        super.refuse(failure);
    }

    private String firstInput() {
        int shown = Math.min(input.readableBytes(), MOST_SHOWN);
        return Ascii.printable(input.toString(input.readerIndex(), shown, StandardCharsets.ISO_8859_1));
    }

    @Override
    void settle() {
        if (ending) {
            return;
        }
        if (inputEnded && isStarved()) {
            closeNow();
            return;
        }
        trimInput();
        if (input.isReadable() && input.refCnt() == 1) {
            input.discardSomeReadBytes();
        }
        if (!inputEnded) {
            gate.set(exchange == null || exchange.wantsInput(input.isReadable()));
        }
        pace.enter(phaseNow());
        if (movesOn() && exchange == null) {
            connection.atRest();
        }
    }

    /** Whether there is nothing to go on with until more bytes come. */
    private boolean isStarved() {
        return exchange == null || (exchange.wantsBody() && !input.isReadable());
    }

    private Phase phaseNow() {
        if (exchange != null) {
            return exchange.wantsBody() ? Phase.BODY : Phase.BUSY;
        }
        if (input.isReadable()) {
            return Phase.HEAD;
        }
        return pace.phase() == Phase.SILENT ? Phase.SILENT : Phase.IDLE;
    }

    // --- the end --------------------------------------------------------------------------------------------------

    @Override
    public void onIdle() {
        close();
    }

    @Override
    public boolean stillWaits() {
        if (Presence.isLost(channel)) {
            cut("the client has gone");
        } else if (halfClose != null && halfClose.isSilentFor(service.halfClosedTicks)) {
            cut("the client has ended its direction, and its response is silent");
        }
        return !ending;
    }

    @Override
    public void onStuck() {
        cut("the client takes no more of the response");
    }

    /**
     * The worker leaves, and no other can serve this connection. A client that is in the middle of a request is told by its response. A
     * connection that is being handed back all the same is closed when it is returned.
     */
    private void closeIfIdle() {
        if (!ending && !connection.isDeparting() && exchange == null && !input.isReadable()) {
            close();
        }
    }

    @Override
    void endPace() {
        pace.end();
    }

    /** Closes so that the client reads what was sent. */
    private void close() {
        ending = true;
        pace.end();
        LingeringClose.close(channel);
    }

    private void closeNow() {
        ending = true;
        pace.end();
        if (writer.isEndToldByClose()) {
            AbortiveClose.now(channel);
        } else {
            LingeringClose.now(channel);
        }
    }
}
