package dev.handoff.netty.pipeline;

import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LingeringClose;
import dev.handoff.netty.worker.TlsPipeline;
import dev.handoff.process.spi.Logs;
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
import io.netty.util.AttributeKey;
import java.util.Optional;
import org.slf4j.Logger;

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
    private static final Logger LOG = Logs.of(NettyHttp1.class);
    private static final AttributeKey<NettyHttp1> KEY = AttributeKey.valueOf(NettyHttp1.class, "codec");

    /** More than a head mostly has and less than a state: what comes behind it in the same breath has room. */
    private static final int MOST_MOVED = 48 * 1024;

    private final Channel channel;
    private final Connection connection;
    private final RequestGate gate;
    private Reading reading = Reading.FOLLOWED;
    private final PendingRequests pending = new PendingRequests();

    /* It was found when a request may have been in progress. */
    private boolean maybeBusy;
    private boolean ending;
    private boolean saidClose;
    private boolean gone;

    private enum Reading {
        /** It is known what of the client's bytes the codec has. */
        FOLLOWED,
        /** It is not known; requests and responses are followed all the same. */
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
     */
    static void watch(
            Connection connection, ChannelHandlerContext decoder, ChannelHandlerContext encoder, Found found) {
        Channel channel = decoder.channel();
        NettyHttp1 http = new NettyHttp1(channel, connection, decoder);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addBefore(decoder.name(), null, http.gate);
        pipeline.addAfter(decoder.name(), null, new RequestWatch(http));
        pipeline.addAfter(encoder.name(), null, new ResponseWatch(http));
        http.maybeBusy = found == Found.LATE;
        if (found != Found.AT_ONCE || decoder.executor() != channel.eventLoop()) {
            http.lose("something else has read before its codec, or it runs on another thread");
        }
        channel.attr(KEY).set(http);
    }

    /** The codec that is watched in this channel's pipeline. */
    static Optional<NettyHttp1> of(Channel channel) {
        return Optional.ofNullable(channel.attr(KEY).get());
    }

    /** When a codec is found. */
    enum Found {
        /** Before anything was read of what it reads. */
        AT_ONCE,
        /** Before it has read anything: what has chosen it has read before it. */
        IN_TIME,
        /** It may be in the middle of a request. */
        LATE
    }

    /** What the client sends is not followed any more. */
    void lose(String why) {
        if (reading == Reading.FOLLOWED) {
            LOG.debug("{} is not handed back: {}", channel, why);
            reading = Reading.LOST;
            gate.open();
            // What waits goes on, but not before what is being done to the pipeline is done.
            channel.eventLoop().execute(() -> proceed(true));
        }
    }

    /* A program that takes the codec out says by it that something else is spoken. */
    private boolean speaksOther() {
        return reading == Reading.OTHER_PROTOCOL || !NettyCodecs.hasDecoder(channel.pipeline());
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
        maybeBusy = false;
        pending.add(request.method());
        connection.requestStarted();
        gate.onHead(request);
        ending |= !HttpUtil.isKeepAlive(request);
        if (request.method().equals(HttpMethod.CONNECT)) {
            lose("it has asked for a tunnel");
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
        HttpMethod asked = pending.begin().orElse(HttpMethod.GET);
        connection.setInsideResponse(true);
        ending |= !HttpUtil.isKeepAlive(response) || !tellsItsEnd(response, asked);
        if (asked.equals(HttpMethod.CONNECT) && response.status().codeClass() == HttpStatusClass.SUCCESS) {
            becomeOther();
        }
        if (!connection.isLeaving() || movesOn() || speaksOther() || pending.isOneWaiting()) {
            return response;
        }
        saidClose = true;
        return ClosingResponse.of(response);
    }

    /** Without that the end of the connection is the end of the response: RFC 9112, section 6.3. */
    private static boolean tellsItsEnd(HttpResponse response, HttpMethod asked) {
        return HttpUtil.isTransferEncodingChunked(response)
                || HttpUtil.isContentLengthSet(response)
                || asked.equals(HttpMethod.HEAD)
                || response.status().equals(HttpResponseStatus.NO_CONTENT)
                || response.status().equals(HttpResponseStatus.NOT_MODIFIED);
    }

    /** A final response was written out, or could not be. */
    void onResponseEnd(boolean written) {
        maybeBusy = false;
        if (pending.end()) {
            connection.requestFinished();
        } else {
            lose("there was a response to no request");
        }
        connection.setInsideResponse(pending.isOneInsideResponse());
        if (!written) {
            lose("a response could not be written");
        }
        settle();
    }

    private boolean isAnswered() {
        return pending.isEmpty();
    }

    /** No response comes for what was not answered. */
    void finishAll() {
        for (int left = pending.clear(); left > 0; left--) {
            connection.requestFinished();
        }
        connection.setInsideResponse(false);
    }

    /** Whether its client knows that no request is answered any more. */
    boolean hasSaidClose() {
        return saidClose;
    }

    // --- when its worker leaves -----------------------------------------------------------------------------------

    /** Whether a request that has not begun is to wait, so that it goes to another worker with its connection. */
    boolean mustWait() {
        return gate.isBetweenRequests() && connection.isLeaving() && movesOn() && fits();
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

    /** Its worker leaves. A client whose handshake is not over has its time when it is. */
    void leave() {
        if (!TlsPipeline.isShakingHands(channel)) {
            connection.farewells().add(connection.farewells().idleMin(), this::closeIfIdle);
        }
    }

    /** TLS is ready. */
    void onHandshake() {
        if (connection.isLeaving()) {
            leave();
        }
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

    /** The program has taken out what follows its requests, and with it what could be known. */
    void onWatchRemoved() {
        if (!gone && reading != Reading.OTHER_PROTOCOL) {
            lose("the program has removed what follows its requests");
            reading = Reading.OTHER_PROTOCOL;
            finishAll();
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
        if (speaksOther() || connection.isDeparting() || !isAnswered() || maybeBusy) {
            return;
        }
        if (movesOn()) {
            connection.atRest();
        } else if (gate.waitingCount() == 0 && !isSayingItsFirst()) {
            LingeringClose.close(channel);
        }
    }

    /** Whether something before the codec has got bytes, and the codec none yet. */
    private boolean isSayingItsFirst() {
        return gate.received() == 0 && connection.received() > 0 && !TlsPipeline.protects(channel);
    }
}
