package dev.handoff.netty.websocket;

import dev.handoff.cluster.CurrentWorker;
import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.Exhaustion;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.ProgramCode;
import dev.handoff.netty.worker.TlsPipeline;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * A WebSocket. It counts as a request in progress until both sides have said that they close.
 *
 * <pre>
 *   OPEN ──our close frame──▶ CLOSING ──the client's──▶ CLOSED ──▶ lingering close
 *     └───────the client's, answered; or the client broke the rules───▲
 *   any ──▶ cut: the client has gone, answers no ping, does not close within 5 s, or the drain limit is over
 * </pre>
 *
 * Used on the connection's event loop, but for what says otherwise.
 */
public final class WebSocketConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logs.of(WebSocketConnection.class);
    private static final long CLOSE_TICKS = LoopClock.ticks(Duration.ofSeconds(5));
    private static final int FLUSH_AFTER = 64;

    private final WebSocketSettings settings;
    private final CurrentWorker worker;
    private final long pingTicks;
    private final WebSocketTransport transport;
    private final Channel channel;
    private final Connection connection;
    private final LoopClock.Timer timer;
    private final FlushConsolidationHandler flushes = new FlushConsolidationHandler(FLUSH_AFTER, true);
    private final WebSocketOutbox outbox;
    private final ServerWebSocket program = new ServerWebSocket(this);
    private State state = State.OPEN;
    private boolean finished;

    /* Since the last ping; nothing is asked of a client that has only just come. */
    private boolean heard = true;

    private enum State {
        /** Frames go both ways. */
        OPEN,
        /** Our close frame is on its way, the client's is waited for. */
        CLOSING,
        /** The program knows of the end, and nothing that comes is looked at any more. */
        CLOSED
    }

    /**
     * Opens on what has a request in progress, the one that asked for this.
     *
     * @param worker leaves if it has run out of memory or threads
     */
    public WebSocketConnection(WebSocketSettings settings, CurrentWorker worker, WebSocketTransport transport) {
        this.settings = settings;
        this.worker = worker;
        this.pingTicks = LoopClock.ticks(settings.ping());
        this.transport = transport;
        this.channel = transport.channel();
        this.connection = transport.connection();
        this.outbox = new WebSocketOutbox(channel, transport.outbound(), this::onOutboxChange);
        this.timer = LoopClock.of(channel.eventLoop()).timer(channel, this::onTimer);
    }

    /**
     * Takes the end of the pipeline and lets the program begin.
     *
     * @param deflate whether messages may be compressed, as was agreed
     */
    public void open(boolean deflate, Consumer<WebSocket> opened) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(flushes);
        WebSocketCodec.addTo(pipeline, settings, deflate, this::onRead);
        pipeline.addLast(this);
        timer.set(pingTicks);
        transport.setReading(true);
        tell(() -> opened.accept(program));
    }

    // --- what the program wants -----------------------------------------------------------------------------------

    /** Any thread. */
    boolean isWritable() {
        return outbox.isWritable();
    }

    /**
     * Runs a task on the event loop, at once if this is its thread. Any thread.
     *
     * @return false if the event loop has ended, and all its connections before it
     */
    boolean execute(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return true;
        }
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Any thread. */
    CompletableFuture<Void> send(WebSocketFrame frame) {
        if (outbox.isFull()) {
            frame.release();
            execute(() -> close(WebSocketCodes.AGAINST_POLICY, "you read too slowly"));
            return CompletableFuture.failedFuture(new IOException(
                    "cannot send to " + connection.remote() + ": 16 MiB wait already, so it is closed with 1008"));
        }
        CompletableFuture<Void> sent = new CompletableFuture<>();
        long cost = outbox.add(frame);
        if (!execute(() -> send(frame, cost, sent))) {
            drop(frame, cost, sent);
        }
        return sent;
    }

    private void send(WebSocketFrame frame, long cost, CompletableFuture<Void> sent) {
        if (state != State.OPEN) {
            drop(frame, cost, sent);
            return;
        }
        ChannelFuture written = outbox.send(frame, cost);
        written.addListener(done -> {
            if (done.isSuccess()) {
                sent.complete(null);
            } else {
                sent.completeExceptionally(new IOException("cannot send to " + connection.remote(), done.cause()));
            }
        });
    }

    private void drop(WebSocketFrame frame, long cost, CompletableFuture<Void> sent) {
        frame.release();
        outbox.remove(cost);
        sent.completeExceptionally(
                new IOException("cannot send to " + connection.remote() + ": this WebSocket is closed or closing"));
    }

    void close(int code, String reason) {
        if (state == State.OPEN) {
            state = State.CLOSING;
            timer.set(CLOSE_TICKS);
            outbox.send(new CloseWebSocketFrame(code, reason));
        }
    }

    /** Calls a listener of the program's. */
    void tell(Runnable listener) {
        if (!ProgramCode.run(connection.remote(), "a listener of its WebSocket failed: closing it", listener::run)) {
            fail(WebSocketCodes.SERVER_FAILED, "the server failed");
        }
    }

    // --- what the client sends ------------------------------------------------------------------------------------

    private void onRead() {
        heard = true;
        transport.onRead();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        try {
            if (state != State.CLOSED) {
                onFrame(frame);
            }
        } finally {
            frame.release();
        }
    }

    private void onFrame(WebSocketFrame frame) {
        if (frame instanceof TextWebSocketFrame text) {
            program.text(text.text());
        } else if (frame instanceof BinaryWebSocketFrame) {
            program.bytes(ByteBuffer.wrap(ByteBufUtil.getBytes(frame.content())));
        } else if (frame instanceof PingWebSocketFrame) {
            onPing(frame);
        } else if (frame instanceof CloseWebSocketFrame close) {
            onClientsClose(close.statusCode(), close.reasonText());
        }
    }

    private void onPing(WebSocketFrame ping) {
        if (state == State.OPEN) {
            outbox.send(new PongWebSocketFrame(ping.content().retain()));
        }
    }

    /* What was decoded lets 5000 and above pass. */
    private void onClientsClose(int code, String reason) {
        boolean hasCode = code >= 0;
        if (hasCode && !WebSocketCodes.maySend(code)) {
            fail(WebSocketCodes.PROTOCOL_ERROR, "a close frame must not have the code " + code);
            return;
        }
        end(
                hasCode ? code : WebSocketCodes.NONE,
                reason,
                hasCode ? new CloseWebSocketFrame(code, "") : new CloseWebSocketFrame());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE || TlsPipeline.hasEndedInput(event)) {
            onInputEnd();
        } else if (event == ConnectionEvent.LEAVING) {
            connection.farewells().add(this::leave);
        }
        context.fireUserEventTriggered(event);
    }

    private void onInputEnd() {
        if (state == State.CLOSED) {
            transport.onInputEnded();
        } else {
            cut("the client has gone without a close frame");
        }
    }

    private void leave() {
        if (state == State.OPEN) {
            program.leaving();
            close(WebSocketCodes.RESTARTS, "the server restarts");
        }
    }

    private void onOutboxChange() {
        if (state != State.CLOSED && channel.isActive()) {
            transport.setReading(outbox.isWritable());
        }
    }

    // --- the end --------------------------------------------------------------------------------------------------

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException broken) {
            fail(broken.closeStatus().code(), String.valueOf(broken.getMessage()));
        } else if (cause instanceof TooLongFrameException) {
            fail(WebSocketCodes.TOO_BIG, "a message has at most " + settings.maxMessage() + " bytes");
        } else if (cause instanceof PrematureChannelClosureException) {
            cut("the connection ended in the middle of a message");
        } else if (cause instanceof IOException || TlsPipeline.isClientsFault(cause)) {
            cut(cause.toString());
        } else {
            ProgramCode.failed(connection.remote(), "its WebSocket failed: closing it", cause);
            Exhaustion.check(cause, worker);
            fail(WebSocketCodes.SERVER_FAILED, "the server failed");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended(WebSocketCodes.ABNORMAL, "the connection ended without a close frame");
        finish();
        context.fireChannelInactive();
    }

    private void onTimer() {
        boolean moved = outbox.hasMoved();
        if (state != State.OPEN) {
            cut("the client does not close");
        } else if (heard || moved) {
            heard = false;
            outbox.send(new PingWebSocketFrame());
            timer.set(pingTicks);
        } else {
            cut("the client answers no ping");
        }
    }

    /** Closes because of something that must not be. */
    private void fail(int code, String reason) {
        LOG.debug("closing the WebSocket of {} with {}: {}", connection.remote(), code, reason);
        end(code, reason, new CloseWebSocketFrame(code, reason));
    }

    /** Ends with a last frame, unless ours is on its way already. */
    private void end(int code, String reason, CloseWebSocketFrame last) {
        State before = state;
        ended(code, reason);
        if (before == State.OPEN) {
            timer.set(CLOSE_TICKS);
            outbox.send(last).addListener(written -> finish());
        } else {
            last.release();
            if (before == State.CLOSING) {
                finish();
            }
        }
    }

    private void cut(String why) {
        LOG.debug("cutting the WebSocket of {}: {}", connection.remote(), why);
        ended(WebSocketCodes.ABNORMAL, why);
        transport.cut();
    }

    private void ended(int code, String reason) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            program.ended(code, reason);
        }
    }

    /* Nothing tells the flushes any more that a read is complete: what they hold back goes out now. */
    private void lingerAndClose() {
        if (channel.isActive()) {
            channel.pipeline().remove(flushes);
        }
        transport.close();
    }

    private void finish() {
        if (!finished) {
            finished = true;
            timer.remove();
            connection.requestFinished();
            lingerAndClose();
        }
    }
}
