package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import dev.handoff.netty.WebSocket;
import dev.handoff.netty.http.Pace.Phase;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;
import dev.handoff.process.spi.Logs;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A stream of an HTTP/2 connection: one request and its response. What comes of a body is kept in one buffer, however small the
 * frames, and while it is not wanted the client's window stays shut. Used on the connection's event loop, but for {@link #execute}.
 */
final class Http2ServerStream extends CarrierHandler {
    private static final Logger LOG = Logs.of(Http2ServerStream.class);

    private final Http2Session session;
    private final Http2StreamChannel channel;
    private final Http2Writer writer;
    private @Nullable Pace pace;
    private @Nullable Http2BodyReader body;
    private boolean isClientsFault;

    Http2ServerStream(Http2Session session, Http2StreamChannel channel) {
        super(channel);
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
            receive(context, data.content());
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

    private void begin(Http2HeadersFrame frame) {
        inputEnded = frame.isEndStream();
        if (!session.takes(channel.stream().id())) {
            reset(Http2Error.REFUSED_STREAM, "it was opened after the last that was announced");
            return;
        }
        try {
            RequestHead head = Http2Heads.parse(
                    frame.headers(), inputEnded, service().settings.maxLine());
            session.origin().admit(head);
            begin(head).begin();
            onBytes(inputEnded);
        } catch (HttpFailure failure) {
            refuse(failure);
        } catch (Http2Heads.Malformed malformed) {
            isClientsFault = true;
            reset(Http2Error.PROTOCOL_ERROR, String.valueOf(malformed.getMessage()));
        }
    }

    @Override
    Exchange begin(RequestHead head) {
        pace = new Pace(service(), channel.parent(), new WriteWatch(writer), Phase.BUSY, this);
        return super.begin(head);
    }

    private void onBytes(boolean last) {
        inputEnded = last;
        if (last && body != null) {
            body.onLast();
        }
        proceed();
    }

    @Override
    void refuse(HttpFailure failure) {
        LOG.debug("{} gets {}: {}", channel, failure.status(), failure.getMessage());
        isClientsFault = true;
        super.refuse(failure);
    }

    // --- what carries an exchange ---------------------------------------------------------------------------------

    @Override
    Connection connection() {
        return session.connection();
    }

    @Override
    ServerRequest.Origin origin() {
        return session.origin();
    }

    @Override
    public HttpService service() {
        return session.service();
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

    /** A stream has no other request, and whether its connection has is not said by a response. */
    @Override
    public boolean mayStay() {
        return true;
    }

    @Override
    boolean step() {
        return exchange != null && exchange.readBody(input);
    }

    @Override
    void onInputUsed(int bytes) {
        session.returnWindow(channel.stream().id(), bytes);
    }

    @Override
    void settle() {
        if (ending || exchange == null || pace == null) {
            return;
        }
        trimInput();
        pace.enter(exchange.wantsBody() ? Phase.BODY : Phase.BUSY);
        // What comes early for a WebSocket waits in the channel: one message after the other.
        channel.config().setAutoRead(body != null || exchange.wantsInput(input.isReadable()));
    }

    /* RFC 9113, 8.1: a server that has answered and not read the body asks the client to stop sending it. */
    @Override
    public void onAnswered(boolean stays, boolean clientAsked) {
        exchange = null;
        endPace();
        session.connection().requestFinished();
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
        ByteBuf first = releaseInput();
        session.returnWindow(channel.stream().id(), first.readableBytes());
        channel.pipeline().remove(this);
        transport.begin(first, inputEnded);
    }

    @Override
    public void cut(String why) {
        reset(Http2Error.INTERNAL_ERROR, why);
    }

    // --- the end --------------------------------------------------------------------------------------------------

    /** A client waits for an answer as long as there is a stream. */
    @Override
    public void onIdle() {}

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

    @Override
    void endPace() {
        if (pace != null) {
            pace.end();
        }
    }
}
