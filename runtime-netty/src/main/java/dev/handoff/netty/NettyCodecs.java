package dev.handoff.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import org.jspecify.annotations.Nullable;

/**
 * Finds Netty's own codecs in the pipelines that programs build, so that their connections end or go on as their protocols can. A
 * handler that is a {@link HandBack} sees to that itself. Used on the connection's event loop.
 */
final class NettyCodecs implements PipelineCodecs {
    @Override
    public HandBack handBack(WorkerHandler handler) {
        return new CodecHandBack(handler);
    }

    @Override
    public void built(Channel channel, Connection connection) {
        ChannelPipeline pipeline = channel.pipeline();
        if (find(channel, connection, true)) {
            connection.clientSpeaksFirst();
        } else if (TlsPipeline.protects(channel)) {
            connection.clientSpeaksFirst();
            pipeline.addLast(new AfterHandshake(connection));
        } else if (pipeline.get(Http2ConnectionHandler.class) != null) {
            // A server of HTTP/2 speaks first.
            connection.touched();
        }
    }

    @Override
    public void read(Channel channel, Connection connection) {
        find(channel, connection, false);
    }

    @Override
    public void leaving(Channel channel, Connection connection) {
        leave(channel, connection);
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

    /**
     * Looks for a codec of HTTP/1, if none was found so far.
     *
     * @param fresh whether nothing was read yet of what such a codec reads
     * @return whether there is one
     */
    static boolean find(Channel channel, Connection connection, boolean fresh) {
        if (NettyHttp1.of(channel).isPresent()) {
            return true;
        }
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext decoder = decoder(pipeline);
        ChannelHandlerContext encoder = encoder(pipeline);
        if (decoder == null || encoder == null) {
            return false;
        }
        NettyHttp1.watch(connection, decoder, encoder, fresh);
        return true;
    }

    private static @Nullable ChannelHandlerContext decoder(ChannelPipeline pipeline) {
        ChannelHandlerContext both = pipeline.context(HttpServerCodec.class);
        return both == null ? pipeline.context(HttpRequestDecoder.class) : both;
    }

    private static @Nullable ChannelHandlerContext encoder(ChannelPipeline pipeline) {
        ChannelHandlerContext both = pipeline.context(HttpServerCodec.class);
        return both == null ? pipeline.context(HttpResponseEncoder.class) : both;
    }

    /** Its worker leaves. */
    static void leave(Channel channel, Connection connection) {
        NettyHttp1.of(channel).ifPresent(NettyHttp1::leave);
        sayFarewell(channel, connection);
    }

    /** Ends a connection of another protocol, if it is one that can announce its end. */
    static void sayFarewell(Channel channel, Connection connection) {
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null && !(http2 instanceof Http2Codec)) {
            Http2Farewell farewell =
                    new Http2Farewell(channel, http2, connection.farewells().idleMin());
            connection.farewells().add(farewell::announce);
        } else if (isWebSocket(channel)) {
            connection.farewells().add(() -> closeWebSocket(channel));
        }
    }

    private static boolean isWebSocket(Channel channel) {
        return channel.pipeline().get(WebSocketFrameEncoder.class) != null;
    }

    /** By the whole pipeline: the program's handlers know that it ends, and answer the client's close. */
    private static void closeWebSocket(Channel channel) {
        ChannelHandlerContext encoder = channel.pipeline().context(WebSocketFrameEncoder.class);
        if (encoder != null && channel.isActive()) {
            channel.pipeline().addAfter(encoder.name(), null, new OneCloseFrame());
            channel.writeAndFlush(new CloseWebSocketFrame(WebSocketCodes.RESTARTS, "the server restarts"));
        }
    }
}
