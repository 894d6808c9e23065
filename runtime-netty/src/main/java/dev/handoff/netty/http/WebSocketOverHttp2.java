package dev.handoff.netty.http;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.websocket.WebSocketTransport;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LingeringClose;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * A stream of an HTTP/2 connection, after an extended CONNECT. The bytes stand in its DATA frames; their last is the end of a
 * direction, and a reset that of both. Used on the connection's event loop. Source: RFC 8441, section 5.
 */
final class WebSocketOverHttp2 extends ChannelDuplexHandler implements WebSocketTransport {
    private static final Logger LOG = Logs.of(WebSocketOverHttp2.class);

    /** How long a client may take to end its direction behind ours. */
    private static final long LINGER_TICKS = LoopClock.ticks(Duration.ofSeconds(2));

    /** How long it may take what is sent last, as {@link LingeringClose} has it. */
    private static final long OVERALL_TICKS = LoopClock.ticks(Duration.ofSeconds(10));

    private final Http2Session session;
    private final Http2StreamChannel channel;
    private final Http2Writer writer;
    private boolean begun;
    private boolean reading;
    private boolean inputEnded;
    private boolean closing;

    WebSocketOverHttp2(Http2Session session, Http2StreamChannel channel, Http2Writer writer) {
        this.session = session;
        this.channel = channel;
        this.writer = writer;
    }

    /** The client's connection will leave: its WebSocket is told, too. */
    void leave() {
        channel.pipeline().context(this).fireUserEventTriggered(ConnectionEvent.LEAVING);
    }

    // --- bytes of frames, and frames of bytes ---------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Http2DataFrame data) {
            int length = data.initialFlowControlledBytes();
            onBytes(context, data.content());
            session.returnWindow(channel.stream().id(), length);
            endInput(context, data.isEndStream());
        } else if (message instanceof Http2HeadersFrame trailers) {
            endInput(context, trailers.isEndStream());
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    /**
     * Takes what has come before the stream became a WebSocket, and from then on what waits behind that.
     *
     * @param whole whether the client has ended its direction
     */
    void begin(ByteBuf first, boolean whole) {
        ChannelHandlerContext context = channel.pipeline().context(this);
        onBytes(context, first);
        context.fireChannelReadComplete();
        endInput(context, whole);
        begun = true;
        setReading(reading);
    }

    private void onBytes(ChannelHandlerContext context, ByteBuf bytes) {
        if (bytes.isReadable() && !closing) {
            context.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    private void endInput(ChannelHandlerContext context, boolean last) {
        if (last && !inputEnded) {
            inputEnded = true;
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        writer.write((ByteBuf) message, false, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        session.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{} failed: the client broke the rules, or has gone", channel, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        session.remove(this);
        context.fireChannelInactive();
    }

    // --- what carries a WebSocket ---------------------------------------------------------------------------------

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public Connection connection() {
        return session.connection();
    }

    @Override
    public WriteWatch.Outbound outbound() {
        return writer;
    }

    @Override
    public void onRead() {}

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        if (begun) {
            channel.config().setAutoRead(wanted);
        }
    }

    @Override
    public void onInputEnded() {}

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        ChannelFuture end = writer.sendEnd(ResponseWriter.Framing.CHUNKED);
        if (!inputEnded) {
            setReading(true);
        }
        limit(end);
    }

    /* RFC 9113, 8.1: who has answered asks the client to stop sending. What a client does not take never leaves. */
    private void limit(ChannelFuture end) {
        LoopClock.Timer limit = LoopClock.of(channel.eventLoop())
                .timer(
                        channel,
                        () -> session.reset(
                                channel.stream().id(), end.isSuccess() ? Http2Error.NO_ERROR : Http2Error.CANCEL));
        limit.set(OVERALL_TICKS);
        end.addListener(left -> limit.set(LINGER_TICKS));
        channel.closeFuture().addListener(closed -> limit.remove());
    }

    @Override
    public void cut() {
        closing = true;
        session.reset(channel.stream().id(), Http2Error.CANCEL);
    }
}
