package dev.handoff.netty.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageEncoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses the messages that are worth it, each by itself; the others go as they are. Source: RFC 7692, section 7.2.1. */
final class WebSocketDeflater extends MessageToMessageEncoder<WebSocketFrame> {
    /** The first of the three reserved bits of a frame: this message is compressed. */
    static final int COMPRESSED = 4;

    /** Less hardly shrinks when nothing is known that came before. */
    private static final int LEAST = 1024;

    /** More would keep the event loop from its other connections for too long. */
    private static final int MOST = 512 * 1024;

    /** What each flush ends with, and no message carries. */
    private static final int TAIL = 4;

    WebSocketDeflater() {
        super(WebSocketFrame.class);
    }

    @Override
    protected void encode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
        ByteBuf compressed = isWorthIt(frame) ? deflate(context, frame.content()) : null;
        if (compressed == null) {
            out.add(frame.retain());
        } else if (frame instanceof TextWebSocketFrame) {
            out.add(new TextWebSocketFrame(true, COMPRESSED, compressed));
        } else {
            out.add(new BinaryWebSocketFrame(true, COMPRESSED, compressed));
        }
    }

    private static boolean isWorthIt(WebSocketFrame frame) {
        int length = frame.content().readableBytes();
        return (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame)
                && length >= LEAST
                && length <= MOST;
    }

    /** Null if it would not be shorter. */
    private static @Nullable ByteBuf deflate(ChannelHandlerContext context, ByteBuf message) {
        int length = message.readableBytes();
        ByteBuf compressed = context.alloc().buffer(length, length);
        ByteBuffer room = compressed.internalNioBuffer(0, length);
        Deflater deflater = ZlibPool.DEFLATERS.take();
        deflater.setInput(message.nioBuffer());
        int count = deflater.deflate(room, Deflater.SYNC_FLUSH);
        ZlibPool.DEFLATERS.giveBack(deflater);
        if (count == length) {
            compressed.release();
            return null;
        }
        return compressed.writerIndex(count - TAIL);
    }
}
