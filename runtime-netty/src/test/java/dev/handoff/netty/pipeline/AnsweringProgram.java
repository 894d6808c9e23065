package dev.handoff.netty.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.handoff.netty.ConnectionEvent;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Pipelines of a program with Netty's HTTP/1 codec: requests are answered with their target, and CONNECT is refused. */
final class AnsweringProgram implements AutoCloseable {
    /** What its handlers have heard of their connections. */
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /** Requests that came while {@link #keepsUnanswered}. */
    final BlockingQueue<FullHttpRequest> unanswered = new LinkedBlockingQueue<>();

    volatile boolean keepsUnanswered;

    /** Builds the end of a pipeline. */
    void addTo(Channel channel) {
        channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1024), new Answering());
    }

    /** Builds what follows a handler. */
    void addAfter(Channel channel, String name) {
        channel.pipeline()
                .addAfter(name, null, new Answering())
                .addAfter(name, null, new HttpObjectAggregator(1024))
                .addAfter(name, null, new HttpServerCodec());
    }

    /** The next request that is not answered; released. */
    String nextUnanswered() throws InterruptedException {
        FullHttpRequest request =
                Objects.requireNonNull(unanswered.poll(20, TimeUnit.SECONDS), "no request has come within 20 s");
        request.release();
        return request.uri();
    }

    /** Answers with 200. */
    static void answer(Channel channel, String text) {
        answer(channel, HttpResponseStatus.OK, text);
    }

    private static void answer(Channel channel, HttpResponseStatus status, String text) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                io.netty.handler.codec.http.HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(text, US_ASCII));
        HttpUtil.setContentLength(response, text.length());
        channel.writeAndFlush(response);
    }

    /** A request, as bytes. */
    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n";
    }

    @Override
    public void close() {
        unanswered.forEach(ReferenceCountUtil::release);
    }

    private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            boolean refused = request.method().equals(HttpMethod.CONNECT);
            if (keepsUnanswered) {
                unanswered.add(request.retain());
            } else {
                answer(
                        context.channel(),
                        refused ? HttpResponseStatus.METHOD_NOT_ALLOWED : HttpResponseStatus.OK,
                        request.uri());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ConnectionEvent) {
                events.add(event.toString());
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("inactive");
            context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            events.add("removed");
        }
    }
}
