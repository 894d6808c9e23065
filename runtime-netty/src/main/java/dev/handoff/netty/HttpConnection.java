package dev.handoff.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that speaks HTTP/1.1. It takes its bytes one request at a time: what comes behind a request stays bytes until
 * the response to that request has been written out, and the client waits.
 *
 * <pre>
 *   SILENT ──▶ HEAD ──▶ BODY ──▶ BUSY ──▶ IDLE     answered, and the connection stays
 *                ▲                         │
 *                └─────────────────────────┘
 *   any ──▶ ending: answered for the last time, refused, late, gone, or a WebSocket from now on
 * </pre>
 *
 * Used on the connection's event loop, but for {@link #execute}.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final int MOST_SHOWN = 128;

    /** Of what {@link #release} gives. */
    static final int STATE_VERSION = 1;

    /** More than a head may have and less than a state: what comes behind it in the same breath has room. */
    private static final int MOST_MOVED = 48 * 1024;

    private final HttpService service;
    private final Channel channel;
    private final Connection connection;
    private final ServerRequest.Origin origin;
    private final LoopClock clock;
    private final LoopClock.Timer timer;
    private final HeadReader heads;
    private final WriteWatch writeWatch = new WriteWatch();
    private final InputGate gate;
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    private Phase phase = Phase.SILENT;
    private @Nullable Exchange exchange;
    private boolean proceeding;
    private boolean inputEnded;
    private int ticksLeft;
    private boolean leaving;
    private boolean ending;

    /** What is waited for, which decides how long. */
    private enum Phase {
        /** The first byte. */
        SILENT,
        /** The first byte of the next request. */
        IDLE,
        /** The rest of a head. */
        HEAD,
        /** More of a body. */
        BODY,
        /** The handler, or the client's taking the response. */
        BUSY
    }

    HttpConnection(HttpService service, Channel channel) {
        this.service = service;
        this.channel = channel;
        this.connection = Connection.of(channel);
        this.gate = new InputGate(channel);
        this.origin = new ServerRequest.Origin(connection.remote(), Tls.protects(channel), service.context);
        this.heads = new HeadReader(service.settings.maxLine(), service.settings.maxHeaders());
        this.clock = LoopClock.of(channel.eventLoop());
        this.timer = clock.timer(this::onTimeout);
        timer.set(service.firstTicks);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (ending) {
            bytes.release();
            return;
        }
        gate.onRead();
        input = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), input, bytes);
        proceed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            proceed();
        } else if (event == ConnectionEvent.LEAVING) {
            leaving = true;
        } else if (event == ConnectionEvent.HANDED_BACK) {
            ticksLeft = timer.ticksLeft();
            timer.clear();
        } else if (event == ConnectionEvent.RETURNED) {
            timer.set(ticksLeft);
            proceed();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || Tls.isClientsFault(cause)) {
            LOG.debug("{} failed: closing it", channel, cause);
        } else {
            LOG.error("{} failed: closing it", channel, cause);
            Exhaustion.check(cause, service.context.worker());
        }
        closeNow();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    /** Runs a task on the event loop, unless that has ended, and this connection before it. Any thread may call. */
    void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing more can be done for {}: its event loop has ended", channel);
        }
    }

    HttpService service() {
        return service;
    }

    ServerRequest request(RequestHead head, Body body) {
        return new ServerRequest(head, body, origin, connection.served());
    }

    ByteBufAllocator alloc() {
        return channel.alloc();
    }

    byte[] dateLine() {
        return clock.dateLine();
    }

    boolean isSecure() {
        return origin.secure();
    }

    boolean isEnding() {
        return ending;
    }

    /** Whether bytes of this client wait to be looked at. */
    boolean hasInput() {
        return input.isReadable();
    }

    /** Whether another request may follow the one in progress, as far as this side and the client's end are concerned. */
    boolean mayStay() {
        return (!leaving || movesOn()) && !(inputEnded && !input.isReadable());
    }

    /** Whether it goes on in another worker as soon as no request is in progress. */
    private boolean movesOn() {
        return leaving && connection.movesOn() && !inputEnded && input.readableBytes() <= MOST_MOVED;
    }

    /**
     * What the next worker has to know; empty while a request is in progress.
     *
     * <pre>
     *    0                        4
     *   ┌────────────────────────┬───────────────────────────────────────┐
     *   │ time left, ticks i32   │ what has come of the next request     │
     *   └────────────────────────┴───────────────────────────────────────┘
     * </pre>
     */
    Optional<byte[]> release() {
        if (exchange != null || ending || inputEnded || input.readableBytes() > MOST_MOVED) {
            return Optional.empty();
        }
        ByteBuffer state = ByteBuffer.allocate(Integer.BYTES + input.readableBytes());
        state.putInt(timer.ticksLeft());
        input.getBytes(input.readerIndex(), state);
        return Optional.of(state.array());
    }

    /** Goes on where another worker's connection has left off. */
    void resume(byte[] state) {
        ByteBuffer said = ByteBuffer.wrap(state);
        timer.set(said.getInt());
        input = channel.alloc().buffer(said.remaining()).writeBytes(said);
        phase = input.isReadable() ? Phase.HEAD : Phase.IDLE;
        proceed();
    }

    void write(Object message) {
        var unused = channel.write(message);
    }

    void flush() {
        if (inputEnded) {
            Reregistration.around(channel, () -> {});
        } else {
            channel.flush();
        }
    }

    ChannelFuture writeAndFlush(Object message) {
        if (!inputEnded) {
            return channel.writeAndFlush(message);
        }
        ChannelFuture written = channel.write(message);
        flush();
        return written;
    }

    /** Goes on reading the body, or with the next request, if there is something to go on with. */
    void proceed() {
        if (proceeding || ending) {
            return;
        }
        proceeding = true;
        try {
            while (!ending && step()) {}
        } catch (HttpFailure failure) {
            refuse(failure);
        } finally {
            proceeding = false;
        }
        settle();
    }

    /** The response of the exchange in progress has been written out. */
    void onAnswered(boolean stays, boolean clientAsked) {
        exchange = null;
        phase = Phase.BUSY;
        connection.requestFinished();
        if (stays) {
            proceed();
        } else if (inputEnded || (clientAsked && !input.isReadable())) {
            closeNow();
        } else {
            close();
        }
    }

    /**
     * Leaves the connection to a WebSocket: what has come behind the request are its first bytes.
     *
     * @param head ends HTTP
     */
    void becomeWebSocket(ByteBuf head, Consumer<WebSocket> opened) {
        ByteBuf first = input;
        input = Unpooled.EMPTY_BUFFER;
        exchange = null;
        ending = true;
        write(head);
        new WebSocketConnection(service, channel, gate).open(opened);
        channel.flush();
        ChannelHandlerContext context = channel.pipeline().context(this);
        if (leaving) {
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

    /** Closes so that the client reads what was sent. */
    void close() {
        ending = true;
        LingeringClose.close(channel);
    }

    private String firstInput() {
        int shown = Math.min(input.readableBytes(), MOST_SHOWN);
        return Ascii.printable(input.toString(input.readerIndex(), shown, StandardCharsets.ISO_8859_1));
    }

    private boolean step() {
        Exchange current = exchange;
        return current == null ? input.isReadable() && !movesOn() && begin() : current.readBody(input);
    }

    private boolean begin() {
        RequestHead head = heads.read(input);
        if (head == null) {
            return false;
        }
        begin(head).begin();
        return true;
    }

    private Exchange begin(RequestHead head) {
        Exchange begun = new Exchange(this, head);
        exchange = begun;
        connection.requestStarted();
        return begun;
    }

    private void refuse(HttpFailure failure) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{} gets {}: {}; its bytes: {}", channel, failure.status(), failure.getMessage(), firstInput());
        }
        Exchange refused = exchange == null ? begin(RequestHead.UNREADABLE) : exchange;
        refused.refuse(failure);
    }

    private void settle() {
        if (ending) {
            return;
        }
        if (inputEnded && isStarved()) {
            closeNow();
            return;
        }
        if (!input.isReadable()) {
            input.release();
            input = Unpooled.EMPTY_BUFFER;
        } else if (input.refCnt() == 1) {
            input.discardSomeReadBytes();
        }
        if (!inputEnded) {
            gate.set(exchange == null || exchange.wantsInput(input.isReadable()));
        }
        enter(phaseNow());
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
        return phase == Phase.SILENT ? Phase.SILENT : Phase.IDLE;
    }

    /* A head's time runs from its first byte, a body's from its last. */
    private void enter(Phase now) {
        if (phase == now && now != Phase.BODY) {
            return;
        }
        phase = now;
        switch (now) {
            case SILENT -> timer.set(service.firstTicks);
            case IDLE -> timer.set(service.keepAliveTicks);
            case HEAD -> timer.set(service.headTicks);
            case BODY -> timer.set(service.bodyIdleTicks);
            case BUSY -> {
                writeWatch.reset();
                watchWrites();
            }
        }
    }

    private void watchWrites() {
        timer.set(Math.max(1, service.bodyIdleTicks / WriteWatch.PATIENCE));
    }

    private void onTimeout() {
        if (ending) {
            return;
        }
        switch (phase) {
            case SILENT, IDLE -> close();
            case HEAD -> refuse(new HttpFailure(408, "the head of the request took too long"));
            case BODY -> refuse(new HttpFailure(408, "the body of the request took too long"));
            case BUSY -> {
                if (writeWatch.isStuck(channel)) {
                    cut("the client takes no more of the response");
                } else {
                    watchWrites();
                }
            }
        }
    }

    /** Ends the connection at once: nothing that could be sent would help. */
    void cut(String why) {
        LOG.debug("cutting {}: {}", channel, why);
        closeNow();
    }

    private void closeNow() {
        ending = true;
        LingeringClose.now(channel);
    }

    private void end() {
        ending = true;
        timer.remove();
        input.release();
        input = Unpooled.EMPTY_BUFFER;
        Exchange cutOff = exchange;
        if (cutOff != null) {
            exchange = null;
            connection.requestFinished();
            cutOff.onConnectionEnded();
        }
    }
}
