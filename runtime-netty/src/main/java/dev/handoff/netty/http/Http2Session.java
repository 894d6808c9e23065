package dev.handoff.netty.http;

import dev.handoff.netty.ConnectionEvent;
import dev.handoff.netty.http.Pace.Phase;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LingeringClose;
import dev.handoff.netty.worker.TlsPipeline;
import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * A connection that speaks HTTP/2. Its end is announced, so that the client knows of each request whether it was served.
 *
 * <pre>
 *   OPEN ──GOAWAY 2³¹−1, PING──▶ ANNOUNCED ──the PING's answer──▶ LAST ──no streams, time is over──▶ lingering close
 *                                streams come                     those that come are refused
 *   any ──▶ closing: idle for too long, an error, gone
 * </pre>
 *
 * Used on the connection's event loop. Source: RFC 9113, section 6.8.
 */
final class Http2Session extends ChannelInboundHandlerAdapter implements Pace.Late {
    private static final Logger LOG = Logs.of(Http2Session.class);
    private static final long ROUND_TRIP = 0x48616e646f6666L;
    private static final long ROUND_TRIP_LIMIT_MILLIS = 1_000;
    private static final int MOST_TOLD = 256;
    private static final int NONE_YET = Integer.MAX_VALUE;

    private final HttpService service;
    private final Channel channel;
    private final Connection connection;
    private final ServerRequest.Origin origin;
    private final Http2Codec codec;
    private final PropertyKey channelOfStream;
    private final Http2FrameWatch frames;
    private final Pace pace;
    private final Set<WebSocketOverHttp2> webSockets = new HashSet<>();
    private int streams;
    private int lastStream = NONE_YET;
    private boolean leaving;
    private boolean announced;
    private boolean minimumOver;
    private boolean ending;

    private Http2Session(HttpService service, Channel channel, ServerRequest.Origin origin) {
        this.service = service;
        this.channel = channel;
        this.connection = Connection.of(channel);
        this.origin = origin;
        this.codec = Http2Codec.create(service.settings, this::fail);
        this.channelOfStream = codec.connection().newKey();
        codec.connection().addListener(new StreamCloser());
        this.frames = new Http2FrameWatch(this::settle, this::fail);
        this.pace = new Pace(service, channel, WriteWatch.of(channel), Phase.SILENT, this);
    }

    /** Takes the end of a pipeline. */
    static void open(HttpService service, Channel channel, ServerRequest.Origin origin) {
        Http2Session session = new Http2Session(service, channel, origin);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(session.frames);
        pipeline.addLast(session.codec);
        pipeline.addLast(session.multiplexer());
        pipeline.addLast(session);
        session.openWindow();
    }

    private void openWindow() {
        try {
            codec.connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(
                            codec.connection().connectionStream(),
                            service.settings.http2().connectionWindow() - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        } catch (Http2Exception e) {
            throw new IllegalStateException("a window of that size is allowed", e);
        }
        channel.flush();
    }

    private Http2MultiplexHandler multiplexer() {
        return new Http2MultiplexHandler(new StreamOpener(), new StreamOpener());
    }

    private final class StreamOpener extends ChannelInitializer<Http2StreamChannel> {
        @Override
        protected void initChannel(Http2StreamChannel stream) {
            streams++;
            settle();
            stream.closeFuture().addListener(closed -> onChannelClosed());
            stream.pipeline().addLast(new Http2ServerStream(Http2Session.this, stream));
            codec.connection().stream(stream.stream().id()).setProperty(channelOfStream, stream);
        }
    }

    /**
     * Closes the channel of a stream that has ended. Netty does so only when all that has come was read, and who has answered,
     * or waits for a client that has gone, reads no more.
     */
    private final class StreamCloser extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2StreamChannel closed = stream.getProperty(channelOfStream);
            if (closed != null) {
                closed.close();
            }
        }
    }

    private void onChannelClosed() {
        streams--;
        settle();
        closeIfDone();
    }

    // --- what its streams need ------------------------------------------------------------------------------------

    HttpService service() {
        return service;
    }

    Connection connection() {
        return connection;
    }

    ServerRequest.Origin origin() {
        return origin;
    }

    /** Bytes of bodies that a stream could send so far. */
    long sent(int streamId) {
        return codec.sent(streamId);
    }

    /* Not by the stream's channel: Netty takes one whose connection no listener of its own has accepted for a client's, and a
     * client's first stream for one on which nothing is sent. */
    ChannelFuture writeHeaders(int streamId, Http2Headers fields, boolean last) {
        return codec.encoder().writeHeaders(context(), streamId, fields, 0, last, channel.newPromise());
    }

    ChannelFuture writeData(int streamId, ByteBuf bytes, boolean last, ChannelPromise promise) {
        return codec.encoder().writeData(context(), streamId, bytes, 0, last, promise);
    }

    ChannelPromise newPromise() {
        return channel.newPromise();
    }

    /** Ends a stream, if it has not ended. */
    void reset(int streamId, Http2Error error) {
        if (isOpen(streamId)) {
            codec.resetStream(context(), streamId, error.code(), channel.newPromise());
            flush();
        }
    }

    /** The same for an error of the client's: who makes many of them is cut. */
    void resetForClientsError(int streamId, Http2Error error) {
        if (isOpen(streamId)) {
            var unused = codec.encoder().writeRstStream(context(), streamId, error.code(), channel.newPromise());
            flush();
        }
    }

    /** Lets a client send so much more on a stream: as many bytes of what it has sent were taken. */
    void returnWindow(int streamId, int bytes) {
        if (bytes == 0 || !isOpen(streamId)) {
            return;
        }
        try {
            Http2Stream stream = codec.connection().stream(streamId);
            if (codec.connection().local().flowController().consumeBytes(stream, bytes)) {
                flush();
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException("no more was taken than had come", e);
        }
    }

    private boolean isOpen(int streamId) {
        Http2Stream stream = codec.connection().stream(streamId);
        return stream != null && stream.state() != Http2Stream.State.CLOSED;
    }

    void flush() {
        if (!frames.isReading()) {
            channel.flush();
        }
    }

    /** A request has come; whether it is served. */
    boolean takes(int streamId) {
        codec.onRequest(streamId);
        return streamId <= lastStream;
    }

    /** A stream has become a WebSocket, which is told of the end of its connection by itself. */
    void add(WebSocketOverHttp2 webSocket) {
        webSockets.add(webSocket);
        if (leaving) {
            webSocket.leave();
        }
    }

    void remove(WebSocketOverHttp2 webSocket) {
        webSockets.remove(webSocket);
    }

    // --- what the client does -------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        if (frame instanceof Http2PingFrame ping && ping.ack() && ping.content() == ROUND_TRIP) {
            announceLast();
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ConnectionEvent.LEAVING) {
            leaving = true;
            connection.farewells().add(this::announce);
            List.copyOf(webSockets).forEach(WebSocketOverHttp2::leave);
        } else if (event == ChannelInputShutdownEvent.INSTANCE || TlsPipeline.hasEndedInput(event)) {
            closeNow();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        service.reportFailure(channel, cause);
        closeNow();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ending = true;
        pace.end();
        context.fireChannelInactive();
    }

    private void settle() {
        if (!ending) {
            pace.enter(phaseNow());
        }
    }

    private Phase phaseNow() {
        if (frames.isInsideHead()) {
            return Phase.HEAD;
        }
        if (streams > 0) {
            return Phase.BUSY;
        }
        return codec.connection().remote().lastStreamCreated() == 0 ? Phase.SILENT : Phase.IDLE;
    }

    // --- the end --------------------------------------------------------------------------------------------------

    private void announce() {
        if (announced || ending) {
            return;
        }
        announced = true;
        sendGoAway(NONE_YET, Http2Error.NO_ERROR, "the server restarts");
        codec.encoder().writePing(context(), false, ROUND_TRIP, channel.newPromise());
        channel.flush();
        schedule(this::announceLast, ROUND_TRIP_LIMIT_MILLIS);
        schedule(this::onMinimumOver, service.idleMin.toMillis());
    }

    private void announceLast() {
        if (lastStream == NONE_YET && announced && !ending) {
            lastStream = codec.connection().remote().lastStreamCreated();
            sendGoAway(lastStream, Http2Error.NO_ERROR, "the server restarts");
            channel.flush();
            closeIfDone();
        }
    }

    private void onMinimumOver() {
        minimumOver = true;
        closeIfDone();
    }

    private void closeIfDone() {
        if (lastStream != NONE_YET && minimumOver && streams == 0) {
            close();
        }
    }

    private void schedule(Runnable task, long millis) {
        var unused = channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onIdle() {
        fail(Http2Error.NO_ERROR, "no request has come for long");
    }

    @Override
    public void onUnfinished(HttpFailure failure) {
        fail(Http2Error.ENHANCE_YOUR_CALM, String.valueOf(failure.getMessage()));
    }

    @Override
    public void onStuck() {
        LOG.debug("cutting {}: the client takes no more of what is sent", channel);
        closeNow();
    }

    /** Says what was served, and why no more is. */
    private void fail(Http2Error error, String why) {
        if (!ending) {
            LOG.debug("closing {} with {}: {}", channel, error, why);
            sendGoAway(codec.connection().remote().lastStreamCreated(), error, why);
            // TLS drops what was not flushed before its own farewell.
            channel.flush();
            close();
        }
    }

    /* The codec is not told: it would pass over in silence what is to be refused. */
    private void sendGoAway(int last, Http2Error error, String why) {
        ByteBuf text = ByteBufUtil.writeAscii(channel.alloc(), why.substring(0, Math.min(why.length(), MOST_TOLD)));
        var unused =
                codec.encoder().frameWriter().writeGoAway(context(), last, error.code(), text, channel.newPromise());
    }

    private ChannelHandlerContext context() {
        return channel.pipeline().context(codec);
    }

    private void close() {
        ending = true;
        pace.end();
        LingeringClose.close(channel);
    }

    private void closeNow() {
        ending = true;
        pace.end();
        LingeringClose.now(channel);
    }
}
