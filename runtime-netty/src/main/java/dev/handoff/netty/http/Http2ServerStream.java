package dev.handoff.netty.http;

import dev.handoff.netty.Body;
import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.http.Pace.Phase;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of an HTTP/2 connection: one request and its response. What comes of a body is kept in one buffer, however small the
 * frames, and while it is not wanted the client's window stays shut. Used on the connection's event loop, but for {@link #execute}.
 */
final class Http2ServerStream extends ChannelInboundHandlerAdapter implements Carrier, Pace.Late {
    private static final Logger LOG = LoggerFactory.getLogger(Http2ServerStream.class);

    private final Http2Session session;
    private final Http2StreamChannel channel;
    private final Http2Writer writer;
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    private @Nullable Pace pace;
    private @Nullable Exchange exchange;
    private @Nullable Http2BodyReader body;
    private boolean inputEnded;
    private boolean proceeding;
    private boolean isClientsFault;
    private boolean ending;

    Http2ServerStream(Http2Session session, Http2StreamChannel channel) {
        this.session = session;
        this.channel = channel;
        channel.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
        this.writer = new Http2Writer(session, channel.stream().id(), LoopClock.of(channel.eventLoop()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ending) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof Http2DataFrame data) {
            if (pace != null) {
                pace.received(data.content().readableBytes());
            }
            int padding = data.initialFlowControlledBytes() - data.content().readableBytes();
            input = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), input, data.content());
            session.returnWindow(channel.stream().id(), padding);
            onBytes(data.isEndStream());
        } else if (message instanceof Http2HeadersFrame headers && exchange == null) {
            begin(headers);
        } else if (message instanceof Http2HeadersFrame trailers) {
            onBytes(trailers.isEndStream());
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            LOG.debug("{} failed: the client broke the rules, and the codec resets it", channel, cause);
        } else {
            service().reportFailure(channel, cause);
            cut("it has failed");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
        context.fireChannelInactive();
    }

    private void begin(Http2HeadersFrame frame) {
        inputEnded = frame.isEndStream();
        if (!session.takes(channel.stream().id())) {
            reset(Http2Error.REFUSED_STREAM, "it was opened after the last that was announced");
            return;
        }
        try {
            RequestHead head = Http2Heads.parse(
                    frame.headers(), inputEnded, service().settings.maxLine());
            session.admit(head);
            begin(head).begin();
            onBytes(inputEnded);
        } catch (HttpFailure failure) {
            refuse(failure);
        } catch (Http2Heads.Malformed malformed) {
            isClientsFault = true;
            reset(Http2Error.PROTOCOL_ERROR, String.valueOf(malformed.getMessage()));
        }
    }

    private Exchange begin(RequestHead head) {
        Exchange begun = new Exchange(this, head);
        exchange = begun;
        pace = new Pace(service(), channel.parent(), new WriteWatch(writer), Phase.BUSY, this);
        session.connection().requestStarted();
        return begun;
    }

    private void onBytes(boolean last) {
        inputEnded = last;
        if (last && body != null) {
            body.onLast();
        }
        proceed();
    }

    private void refuse(HttpFailure failure) {
        LOG.debug("{} gets {}: {}", channel, failure.status(), failure.getMessage());
        isClientsFault = true;
        Exchange refused = exchange == null ? begin(RequestHead.UNREADABLE) : exchange;
        refused.refuse(failure);
    }

    // --- what carries an exchange ---------------------------------------------------------------------------------

    @Override
    public HttpService service() {
        return session.service();
    }

    @Override
    public ServerRequest request(RequestHead head, Body ofRequest) {
        return session.request(head, ofRequest);
    }

    @Override
    public BodyReader bodyReader(RequestHead head) {
        body = new Http2BodyReader(head, service().settings.maxBody());
        return body;
    }

    @Override
    public ResponseWriter writer() {
        return writer;
    }

    @Override
    public void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing more can be done for {}: its event loop has ended", channel);
        }
    }

    @Override
    public boolean isEnding() {
        return ending;
    }

    /** A stream has no other request, and whether its connection has is not said by a response. */
    @Override
    public boolean mayStay() {
        return true;
    }

    @Override
    public void proceed() {
        if (proceeding || ending) {
            return;
        }
        proceeding = true;
        int waiting = input.readableBytes();
        try {
            while (!ending && exchange != null && exchange.readBody(input)) {}
        } catch (HttpFailure failure) {
            refuse(failure);
        } finally {
            proceeding = false;
            session.returnWindow(channel.stream().id(), waiting - input.readableBytes());
        }
        settle();
    }

    private void settle() {
        if (ending || exchange == null || pace == null) {
            return;
        }
        if (!input.isReadable()) {
            input.release();
            input = Unpooled.EMPTY_BUFFER;
        }
        pace.enter(exchange.wantsBody() ? Phase.BODY : Phase.BUSY);
        // What comes early for a WebSocket waits as it came: one message after the other.
        channel.config().setAutoRead(body != null || exchange.wantsInput(input.isReadable()));
    }

    /* RFC 9113, 8.1: who has answered without having read the body asks the client to stop sending it. */
    @Override
    public void onAnswered(boolean stays, boolean clientAsked) {
        finish();
        if (!inputEnded) {
            reset(Http2Error.NO_ERROR, "the response was sent before the body had come");
        }
        ending = true;
    }

    @Override
    public void becomeWebSocket(RequestHead head, Response response, boolean deflate, Consumer<WebSocket> opened) {
        exchange = null;
        ending = true;
        endPace();
        writer.sendOpened(response);
        WebSocketOverHttp2 transport = new WebSocketOverHttp2(session, channel, writer);
        channel.pipeline().addLast(transport);
        service().webSocket(transport).open(deflate, opened);
        session.add(transport);
        session.flush();
        ByteBuf first = input;
        input = Unpooled.EMPTY_BUFFER;
        session.returnWindow(channel.stream().id(), first.readableBytes());
        channel.pipeline().remove(this);
        transport.begin(first, inputEnded);
    }

    @Override
    public void cut(String why) {
        reset(Http2Error.INTERNAL_ERROR, why);
    }

    // --- the end --------------------------------------------------------------------------------------------------

    /** Somebody waits for an answer as long as there is a stream. */
    @Override
    public void onIdle() {}

    @Override
    public void onUnfinished(HttpFailure failure) {
        refuse(failure);
    }

    @Override
    public void onSlowHandler() {
        if (exchange != null) {
            exchange.onSlowHandler();
        }
    }

    @Override
    public void onStuck() {
        reset(Http2Error.CANCEL, "the client takes no more of the response");
    }

    private void reset(Http2Error error, String why) {
        LOG.debug("resetting {} with {}: {}", channel, error, why);
        ending = true;
        if (isClientsFault) {
            session.resetForClientsError(channel.stream().id(), error);
        } else {
            session.reset(channel.stream().id(), error);
        }
    }

    private void finish() {
        exchange = null;
        endPace();
        session.connection().requestFinished();
    }

    private void endPace() {
        if (pace != null) {
            pace.end();
        }
    }

    private void end() {
        ending = true;
        input.release();
        input = Unpooled.EMPTY_BUFFER;
        Exchange cutOff = exchange;
        if (cutOff != null) {
            finish();
            cutOff.onConnectionEnded();
        }
    }
}
