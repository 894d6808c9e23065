package dev.handoff.netty.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands before TLS. A client that begins with plain HTTP is told so in plain HTTP: 400. A record of TLS begins with the
 * byte 22, a request with a letter. It leaves the pipeline with the first byte. Used on the connection's event loop.
 */
final class PlainHttpRefusal extends ChannelInboundHandlerAdapter {
    private static final String TEXT = "this port speaks HTTP over TLS: use https\n";
    private static final byte[] ANSWER = ("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + TEXT.length() + "\r\n\r\n" + TEXT)
            .getBytes(US_ASCII);

    private final ChannelHandler tls;

    /** Stands before this handler. */
    PlainHttpRefusal(ChannelHandler tls) {
        this.tls = tls;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (bytes.isReadable() && isLetter(bytes.getByte(bytes.readerIndex()))) {
            bytes.release();
            refuse(context);
        } else {
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        }
    }

    /* TLS leaves the pipeline first: its close_notify would follow the answer. */
    private void refuse(ChannelHandlerContext context) {
        Channel channel = context.channel();
        context.pipeline().remove(tls);
        var unused = context.writeAndFlush(Unpooled.wrappedBuffer(ANSWER));
        LingeringClose.close(channel);
    }

    private static boolean isLetter(byte first) {
        return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
    }
}
