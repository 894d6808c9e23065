package dev.handoff.sample.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection of HTTP/2, by Netty's codec, with as many requests at a time as it is told. It never tries anything again. A
 * request fails with {@link StreamRefused} if the server has said that it was not served. Any thread.
 */
public final class Http2Client implements AutoCloseable {
    private static final EventLoopGroup LOOP = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static final int NONE_ANNOUNCED = -1;

    private final Channel connection;
    private final boolean secure;
    private volatile int lastServed = NONE_ANNOUNCED;

    private Http2Client(int port, @Nullable SslContext tls) throws IOException {
        secure = tls != null;
        connection = new Bootstrap()
                .group(LOOP)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        build(channel, tls);
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
    }

    /** Connects to a port of loopback, and begins with the preface. */
    public static Http2Client to(int port) throws IOException {
        return new Http2Client(port, null);
    }

    /** The same over TLS, with whatever certificate the server has; it chooses HTTP/2 by ALPN. */
    public static Http2Client overTls(int port) throws IOException {
        return new Http2Client(
                port,
                SslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .applicationProtocolConfig(new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                "h2"))
                        .build());
    }

    private void build(Channel channel, @Nullable SslContext tls) {
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        channel.pipeline()
                .addLast(Http2FrameCodecBuilder.forClient()
                        .decoupleCloseAndGoAway(true)
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()))
                .addLast(new Announcements());
    }

    /** Hears of the end that the server announces. */
    private final class Announcements extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2GoAwayFrame goAway) {
                lastServed = goAway.lastStreamId();
            }
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** Whether the server has said that it will end this connection: other requests belong on another one. */
    public boolean isAnnouncedToEnd() {
        return lastServed != NONE_ANNOUNCED;
    }

    /** Whether the server has said which request is the last that it serves. */
    public boolean knowsLast() {
        return isAnnouncedToEnd() && lastServed != Integer.MAX_VALUE;
    }

    /** Whether nothing can be sent any more. */
    public boolean isEnded() {
        return !connection.isActive();
    }

    /** Sends a GET; done with its answer. */
    public CompletableFuture<Answer> get(String path) {
        return request("GET", path, new byte[0]);
    }

    /** Sends a POST; done with its answer. */
    public CompletableFuture<Answer> post(String path, String body) {
        return request("POST", path, body.getBytes(UTF_8));
    }

    private CompletableFuture<Answer> request(String method, String path, byte[] body) {
        Exchange exchange = new Exchange();
        new Http2StreamChannelBootstrap(connection).handler(exchange).open().addListener(opened -> {
            if (opened.isSuccess()) {
                send((Http2StreamChannel) opened.getNow(), method, path, body);
            } else {
                exchange.answer.completeExceptionally(notSent(opened.cause()));
            }
        });
        return exchange.answer;
    }

    private void send(Http2StreamChannel stream, String method, String path, byte[] body) {
        Http2Headers head = new DefaultHttp2Headers()
                .method(method)
                .scheme(secure ? "https" : "http")
                .authority("strict")
                .path(path);
        Exchange exchange = stream.pipeline().get(Exchange.class);
        stream.write(new DefaultHttp2HeadersFrame(head, body.length == 0)).addListener(sent -> {
            if (!sent.isSuccess()) {
                exchange.answer.completeExceptionally(notSent(sent.cause()));
            }
        });
        if (body.length > 0) {
            stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true));
        }
        stream.flush();
    }

    /* Who is told that the end is near and finds that it has come has lost nothing. */
    private IOException notSent(Throwable cause) {
        return isAnnouncedToEnd()
                ? new StreamRefused("it was not sent, for the server has announced its end")
                : new IOException("it could not be sent", cause);
    }

    /** One request, and what comes back. */
    private final class Exchange extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private final ByteBuf body = Unpooled.buffer();
        private int status;

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame head) {
                status = Integer.parseInt(head.headers().status().toString());
                head.headers()
                        .forEach(field -> fields.put(
                                field.getKey().toString(), field.getValue().toString()));
                endIf(head.isEndStream());
            } else if (frame instanceof Http2DataFrame data) {
                body.writeBytes(data.content());
                endIf(data.isEndStream());
            }
            ReferenceCountUtil.release(frame);
        }

        private void endIf(boolean last) {
            if (last) {
                answer.complete(new Answer(status, fields, new String(ByteBufUtil.getBytes(body), UTF_8)));
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                answer.completeExceptionally(
                        reset.errorCode() == Http2Error.REFUSED_STREAM.code()
                                ? new StreamRefused("REFUSED_STREAM")
                                : new IOException("it was reset with code " + reset.errorCode()));
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(new IOException("it failed", cause));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            int id = ((Http2StreamChannel) context.channel()).stream().id();
            answer.completeExceptionally(
                    knowsLast() && id > lastServed
                            ? new StreamRefused("it is above the last that is served, " + lastServed)
                            : new IOException("stream " + id + " ended before its answer; announced: " + lastServed));
        }
    }

    @Override
    public void close() {
        connection.close().syncUninterruptibly();
    }
}
