package dev.handoff.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Answers {@code /plaintext} as someone would who knows Netty well: one body for all responses, headers that are not
 * validated because they are constants, one flush for all that a read has brought, and a close where the client asks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its channel, and nothing waits for it
final class PlaintextHandler extends ChannelInboundHandlerAdapter {
    private static final ByteBuf BODY = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
            .writeBytes("Hello world\n".getBytes(StandardCharsets.US_ASCII))
            .asReadOnly());
    private static final AsciiString LENGTH = AsciiString.of("" + BODY.readableBytes());
    private static final DefaultHttpHeadersFactory HEADERS =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private final HttpDate date;
    private boolean keepAlive;
    private boolean found;

    PlaintextHandler(HttpDate date) {
        this.date = date;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            keepAlive = HttpUtil.isKeepAlive(request);
            found = "/plaintext".equals(request.uri());
        }
        if (message instanceof LastHttpContent) {
            answer(context);
        }
        ReferenceCountUtil.release(message);
    }

    private void answer(ChannelHandlerContext context) {
        FullHttpResponse response = response();
        if (keepAlive) {
            context.write(response, context.voidPromise());
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            context.write(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse response() {
        HttpHeaders headers = HEADERS.newHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .set(HttpHeaderNames.CONTENT_LENGTH, LENGTH)
                .set(HttpHeaderNames.DATE, date.value());
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                found ? HttpResponseStatus.OK : HttpResponseStatus.NOT_FOUND,
                BODY.duplicate(),
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
