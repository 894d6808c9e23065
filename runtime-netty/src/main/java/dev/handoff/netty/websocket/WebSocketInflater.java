package dev.handoff.netty.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Makes of compressed frames what they were before. A message that becomes too long is refused as soon as it is, so that a
 * short one cannot fill the memory. Source: RFC 7692, section 7.2.2.
 */
final class WebSocketInflater extends MessageToMessageDecoder<WebSocketFrame> {
    /** What each message lacks, because all would end with it. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int LEAST_ROOM = 512;

    /** What text shrinks to, about. */
    private static final int USUAL_RATIO = 4;

    private final int maxFrame;
    private final int maxMessage;

    /* Those of the message in progress, if it is compressed. */
    private @Nullable Inflater inflater;
    private long inflated;

    /**
     * For one connection.
     *
     * @param maxFrame bytes of a frame that was not compressed
     * @param maxMessage bytes of a message when it is inflated
     */
    WebSocketInflater(int maxFrame, int maxMessage) {
        super(WebSocketFrame.class);
        this.maxFrame = maxFrame;
        this.maxMessage = maxMessage;
    }

    @Override
    protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
        if (frame.rsv() != 0) {
            begin(frame);
        }
        if (inflater != null && isData(frame)) {
            out.add(inflate(context, frame, inflater));
        } else if (frame.content().readableBytes() > maxFrame) {
            throw new TooLongFrameException("a frame has at most " + maxFrame + " bytes");
        } else {
            out.add(frame.retain());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    /* RFC 7692, 6.1: the bit stands in the first frame of a message only. */
    private void begin(WebSocketFrame frame) {
        boolean first = frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
        if (frame.rsv() != WebSocketDeflater.COMPRESSED || !first) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.PROTOCOL_ERROR, "a reserved bit is set that must not be");
        }
        end();
        inflated = 0;
        inflater = ZlibPool.INFLATERS.take();
    }

    private void end() {
        if (inflater != null) {
            ZlibPool.INFLATERS.giveBack(inflater);
            inflater = null;
        }
    }

    private static boolean isData(WebSocketFrame frame) {
        return frame instanceof TextWebSocketFrame
                || frame instanceof BinaryWebSocketFrame
                || frame instanceof ContinuationWebSocketFrame;
    }

    private WebSocketFrame inflate(ChannelHandlerContext context, WebSocketFrame frame, Inflater used) {
        ByteBuf plain = context.alloc().buffer(roomFor(frame.content().readableBytes()));
        try {
            inflate(used, frame.content().nioBuffer(), plain);
            if (frame.isFinalFragment()) {
                inflate(used, ByteBuffer.wrap(TAIL), plain);
                end();
            }
            return inflated(frame, plain);
        } catch (DecoderException e) {
            plain.release();
            end();
            throw e;
        }
    }

    private int roomFor(int compressed) {
        return (int) Math.min(Math.max(LEAST_ROOM, (long) compressed * USUAL_RATIO), maxMessage + 1L);
    }

    private void inflate(Inflater used, ByteBuffer compressed, ByteBuf plain) {
        used.setInput(compressed);
        do {
            beginAnewAfterTheEnd(used, compressed);
            int count = inflate(used, roomIn(plain));
            plain.writerIndex(plain.writerIndex() + count);
            inflated += count;
            if (inflated > maxMessage) {
                throw new TooLongFrameException("a message has at most " + maxMessage + " bytes");
            }
        } while (used.getRemaining() > 0 || !plain.isWritable());
    }

    private static int inflate(Inflater used, ByteBuffer room) {
        try {
            return used.inflate(room);
        } catch (DataFormatException e) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "what was compressed cannot be read");
        }
    }

    /* RFC 7692, 7.2.3.4: a client may mark a block as the last one and go on behind it. */
    private static void beginAnewAfterTheEnd(Inflater used, ByteBuffer compressed) {
        if (used.finished()) {
            used.reset();
            used.setInput(compressed);
        }
    }

    /* One byte more than may come tells that it is too long. */
    private ByteBuffer roomIn(ByteBuf plain) {
        plain.ensureWritable(1);
        int room = (int) Math.min(plain.writableBytes(), maxMessage + 1L - inflated);
        return plain.internalNioBuffer(plain.writerIndex(), room);
    }

    private static WebSocketFrame inflated(WebSocketFrame frame, ByteBuf plain) {
        if (frame instanceof TextWebSocketFrame) {
            return new TextWebSocketFrame(frame.isFinalFragment(), 0, plain);
        }
        if (frame instanceof BinaryWebSocketFrame) {
            return new BinaryWebSocketFrame(frame.isFinalFragment(), 0, plain);
        }
        return new ContinuationWebSocketFrame(frame.isFinalFragment(), 0, plain);
    }
}
