package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of HTTP/1 whose pipeline is the program's own, with Netty's codec in it. Between two requests, when all have been
 * answered and nothing of the next one has been given to the codec, it can be handed back. Where it cannot, because of TLS for one,
 * its client is told by {@code Connection: close} when the worker leaves.
 *
 * <pre>
 *   ConnectionTracker … RequestGate, codec, ResponseWatch, RequestWatch … the program's handlers
 * </pre>
 *
 * Used on the connection's event loop.
 */
final class NettyHttp1 {
    private static final Logger LOG = LoggerFactory.getLogger(NettyHttp1.class);
    private static final AttributeKey<NettyHttp1> KEY = AttributeKey.valueOf(NettyHttp1.class, "codec");

    /** More than a head mostly has and less than a state: what comes behind it in the same breath has room. */
    private static final int MOST_MOVED = 48 * 1024;

    private final Channel channel;
    private final Connection connection;
    private final RequestGate gate;
    private Reading reading = Reading.FOLLOWED;
    private long requests;
    private long begun;
    private long answered;
    private boolean ending;
    private boolean saidClose;
    private boolean gone;

    private enum Reading {
        /** It is known what of the client's bytes the codec has. */
        FOLLOWED,
        /** It is not known; requests and responses are counted all the same. */
        LOST,
        /** The connection speaks something else now: a WebSocket, HTTP/2, or what is behind a CONNECT. */
        OTHER_PROTOCOL
    }

    private NettyHttp1(Channel channel, Connection connection, ChannelHandlerContext codec) {
        this.channel = channel;
        this.connection = connection;
        this.gate = new RequestGate(this, codec);
    }

    /**
     * Watches a codec.
     *
     * @param decoder of requests
     * @param encoder of responses, which may be the same
     * @param fresh whether nothing was read yet of what the codec reads
     */
    static void watch(
            Connection connection, ChannelHandlerContext decoder, ChannelHandlerContext encoder, boolean fresh) {
        Channel channel = decoder.channel();
        NettyHttp1 http = new NettyHttp1(channel, connection, decoder);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addBefore(decoder.name(), null, http.gate);
        pipeline.addAfter(decoder.name(), null, new RequestWatch(http));
        pipeline.addAfter(encoder.name(), null, new ResponseWatch(http));
        if (!fresh || decoder.executor() != channel.eventLoop()) {
            http.lose("it was found when it had begun, or runs on another thread");
        }
        channel.attr(KEY).set(http);
    }

    /** The codec that is watched in this channel's pipeline. */
    static Optional<NettyHttp1> of(Channel channel) {
        return Optional.ofNullable(channel.attr(KEY).get());
    }

    /** What the client sends is not followed any more. */
    void lose(String why) {
        if (reading == Reading.FOLLOWED) {
            LOG.debug("{} is not handed back: {}", channel, why);
            reading = Reading.LOST;
            gate.open();
        }
    }

    private void becomeOther() {
        lose("it speaks another protocol now");
        reading = Reading.OTHER_PROTOCOL;
        finishAll();
        if (connection.isLeaving()) {
            channel.eventLoop().execute(() -> NettyCodecs.sayFarewell(channel, connection));
        }
    }

    // --- requests and responses -----------------------------------------------------------------------------------

    /** The codec has read a request's head. */
    void onRequest(HttpRequest request) {
        requests++;
        connection.requestStarted();
        gate.onHead(request);
        ending |= !HttpUtil.isKeepAlive(request);
        if (request.method().equals(HttpMethod.CONNECT)) {
            becomeOther();
        }
    }

    /** The codec has read a part of a request's body, the last one perhaps. */
    void onContent(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            lose("the codec has failed to read a body");
        }
        gate.onContent(content.content().readableBytes(), content instanceof LastHttpContent);
    }

    /** The codec has read a request to its end, and nothing behind it. */
    void onRequestEnd() {
        settle();
    }

    /**
     * A response goes out.
     *
     * @return the response that is to go out in its place
     */
    HttpResponse onResponse(HttpResponse response) {
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            becomeOther();
        }
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            return response;
        }
        begun = Math.min(begun + 1, requests);
        connection.setInsideResponse(true);
        ending |= !HttpUtil.isKeepAlive(response);
        if (!connection.isLeaving() || movesOn() || reading == Reading.OTHER_PROTOCOL || begun < requests) {
            return response;
        }
        saidClose = true;
        return ClosingResponse.of(response);
    }

    /** A final response was written out, or could not be. */
    void onResponseEnd(boolean written) {
        if (answered == requests) {
            lose("there was a response to no request");
        } else {
            answered++;
            connection.requestFinished();
        }
        connection.setInsideResponse(begun > answered);
        if (!written) {
            lose("a response could not be written");
        }
        settle();
    }

    private boolean isAnswered() {
        return answered == requests;
    }

    /** No response comes for what was not answered. */
    void finishAll() {
        for (; answered < requests; answered++) {
            connection.requestFinished();
        }
        begun = requests;
        connection.setInsideResponse(false);
    }

    // --- when its worker leaves -----------------------------------------------------------------------------------

    /** Whether a request that has not begun is to wait, so that it goes to another worker with its connection. */
    boolean mustWait() {
        return gate.isBetweenRequests() && (saidClose || (connection.isLeaving() && movesOn() && fits()));
    }

    private boolean fits() {
        return gate.waitingCount() <= MOST_MOVED;
    }

    private boolean movesOn() {
        return reading == Reading.FOLLOWED
                && !ending
                && connection.movesOnWithItsCodec()
                && gate.received() == connection.received()
                && !TlsPipeline.protects(channel);
    }

    /** What the next worker has to know: what has come of the next request. Empty while one is in progress. */
    Optional<byte[]> release() {
        boolean rests = isAnswered() && gate.isBetweenRequests() && movesOn() && fits();
        return rests ? Optional.of(gate.waiting()) : Optional.empty();
    }

    /** Its worker leaves. */
    void leave() {
        connection.farewells().add(connection.farewells().idleMin(), this::closeIfIdle);
    }

    /** It is on its way to another worker. */
    void onHandedBack() {
        gone = true;
    }

    /** No other worker could take it. */
    void onReturned() {
        gone = false;
        leave();
        proceed(false);
    }

    /** It was to go, and was not at rest any more. */
    void onStays() {
        proceed(true);
    }

    /** Whether what waits here goes on elsewhere. */
    boolean hasGone() {
        return gone;
    }

    /** The program has taken the gate out, and with it what could be known. */
    void onGateRemoved() {
        if (!gone) {
            lose("the program has removed what follows its requests");
        }
    }

    private void settle() {
        if (!isAnswered()) {
            return;
        }
        if (saidClose) {
            LingeringClose.close(channel);
        } else if (connection.isLeaving()) {
            rest();
        }
    }

    /* What waits is served here after all if the connection does not go. */
    private void rest() {
        if (movesOn()) {
            connection.atRest();
            channel.eventLoop().execute(() -> proceed(true));
        } else {
            leave();
        }
    }

    private void proceed(boolean oneMore) {
        ChannelHandlerContext context = channel.pipeline().context(gate);
        if (context != null && !connection.isDeparting()) {
            gate.goOn(context, oneMore);
        }
    }

    /** One that is in the middle of something is told by its response. */
    private void closeIfIdle() {
        if (reading == Reading.OTHER_PROTOCOL || connection.isDeparting() || !isAnswered()) {
            return;
        }
        if (movesOn()) {
            connection.atRest();
        } else if (gate.waitingCount() == 0 && !isShakingHands()) {
            LingeringClose.close(channel);
        }
    }

    private boolean isShakingHands() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null
                ? TlsPipeline.protects(channel)
                : !tls.handshakeFuture().isDone();
    }
}
