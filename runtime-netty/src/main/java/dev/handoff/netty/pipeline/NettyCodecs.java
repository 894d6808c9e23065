package dev.handoff.netty.pipeline;

import dev.handoff.netty.HandBack;
import dev.handoff.netty.WorkerHandler;
import dev.handoff.netty.http.Http2Codec;
import dev.handoff.netty.pipeline.NettyHttp1.Found;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.PipelineCodecs;
import dev.handoff.netty.worker.TlsPipeline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * Finds Netty's own codecs in the pipelines that programs build, so that their connections end or go on as their protocols can. A
 * handler that is a {@link HandBack} sees to that itself. Used on the connection's event loop.
 */
public final class NettyCodecs implements PipelineCodecs {
    /** Of a channel whose client is told its end, as its protocol has it, when its turn comes. */
    private static final AttributeKey<Boolean> TOLD = AttributeKey.valueOf(NettyCodecs.class, "told");

    @Override
    public HandBack handBack(WorkerHandler handler) {
        return new CodecHandBack(handler);
    }

    @Override
    public void built(Channel channel, Connection connection) {
        ChannelPipeline pipeline = channel.pipeline();
        boolean http1 = find(channel, connection, Found.AT_ONCE);
        if (http1 || TlsPipeline.protects(channel)) {
            connection.clientSpeaksFirst();
        } else if (pipeline.get(Http2ConnectionHandler.class) != null) {
            // A server of HTTP/2 speaks first.
            connection.touched();
        }
        if (!http1) {
            pipeline.addLast(new LateCodecWatch(connection));
        }
    }

    @Override
    public void read(Channel channel, Connection connection) {
        look(channel, connection, Found.LATE);
    }

    @Override
    public void leaving(Channel channel, Connection connection) {
        find(channel, connection, Found.LATE);
        NettyHttp1.of(channel).ifPresent(NettyHttp1::leave);
        sayFarewell(channel, connection);
    }

    @Override
    public void handedBack(Channel channel) {
        NettyHttp1.of(channel).ifPresent(NettyHttp1::onHandedBack);
    }

    @Override
    public void returned(Channel channel) {
        NettyHttp1.of(channel).ifPresent(NettyHttp1::onReturned);
    }

    @Override
    public void stays(Channel channel) {
        NettyHttp1.of(channel).ifPresent(NettyHttp1::onStays);
    }

    /** Looks for a codec that was not there before. If the worker leaves, its connection is told. */
    static void look(Channel channel, Connection connection, Found found) {
        boolean isNew = find(channel, connection, found);
        if (isNew && connection.isLeaving()) {
            NettyHttp1.of(channel).ifPresent(NettyHttp1::leave);
        }
        if (connection.isLeaving()) {
            sayFarewell(channel, connection);
        }
    }

    /** Looks for a codec of HTTP/1, if none was found so far; gives whether one was found now. */
    private static boolean find(Channel channel, Connection connection, Found found) {
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext decoder = decoder(pipeline);
        ChannelHandlerContext encoder = encoder(pipeline);
        if (decoder == null || encoder == null || NettyHttp1.of(channel).isPresent()) {
            return false;
        }
        NettyHttp1.watch(connection, decoder, encoder, found);
        return true;
    }

    /** Whether there is a codec that reads requests of HTTP/1. */
    static boolean hasDecoder(ChannelPipeline pipeline) {
        return decoder(pipeline) != null;
    }

    private static @Nullable ChannelHandlerContext decoder(ChannelPipeline pipeline) {
        ChannelHandlerContext both = pipeline.context(HttpServerCodec.class);
        return both == null ? pipeline.context(HttpRequestDecoder.class) : both;
    }

    private static @Nullable ChannelHandlerContext encoder(ChannelPipeline pipeline) {
        ChannelHandlerContext both = pipeline.context(HttpServerCodec.class);
        return both == null ? pipeline.context(HttpResponseEncoder.class) : both;
    }

    /** Ends a connection of another protocol, if it is one that can announce its end, and has not. */
    static void sayFarewell(Channel channel, Connection connection) {
        if (channel.attr(TOLD).get() != null) {
            return;
        }
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null && !(http2 instanceof Http2Codec)) {
            Http2Farewell farewell =
                    new Http2Farewell(channel, http2, connection.farewells().idleMin());
            tellItsEnd(channel, connection, farewell::announce);
        } else if (isWebSocket(channel)) {
            tellItsEnd(channel, connection, () -> closeWebSocket(channel));
        }
    }

    private static void tellItsEnd(Channel channel, Connection connection, Runnable farewell) {
        channel.attr(TOLD).set(true);
        connection.farewells().add(farewell);
    }

    private static boolean isWebSocket(Channel channel) {
        return channel.pipeline().get(WebSocketFrameEncoder.class) != null;
    }

    /** By the whole pipeline: the program's handlers know that it ends, and answer the client's close. */
    private static void closeWebSocket(Channel channel) {
        ChannelHandlerContext encoder = channel.pipeline().context(WebSocketFrameEncoder.class);
        if (encoder != null && channel.isActive()) {
            channel.pipeline().addAfter(encoder.name(), null, new OneCloseFrame());
            channel.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.SERVICE_RESTART, "the server restarts"));
        }
    }
}
