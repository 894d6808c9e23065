package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the frames of a client before they are decoded, for what the codec does not tell: whether a head is unfinished, and
 * whether frames come that ask for work and serve no request. Used on the connection's event loop.
 *
 * <pre>
 *    0             3      4       5                9
 *   ┌─────────────┬──────┬───────┬────────────────┬─────────┐
 *   │ length u24  │ type │ flags │ stream id u31  │ payload │
 *   └─────────────┴──────┴───────┴────────────────┴─────────┘
 * </pre>
 *
 * Source: RFC 9113, section 4.1.
 */
final class Http2FrameWatch extends ChannelInboundHandlerAdapter {
    /** Frames in {@link #WINDOW_NANOS} that serve no request: clients ping once a round trip, and change settings rarely. */
    static final int MOST_IDLE_FRAMES = 10_000;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int PREFACE = 24;
    private static final int HEADER = 9;
    private static final int END_HEADERS = 0x4;

    private final Runnable afterRead;
    private final Http2Codec.OnError onError;
    private final byte[] header = new byte[HEADER];
    private int headerLength;
    private int payload = PREFACE;
    private boolean reading;
    private boolean headFrame;
    private boolean headOpen;
    private int idleFrames;
    private long windowStart = System.nanoTime();

    /** Types of frames that count. */
    private static final class Type {
        private static final int DATA = 0;
        private static final int HEADERS = 1;
        private static final int WINDOW_UPDATE = 8;
        private static final int CONTINUATION = 9;
    }

    /**
     * One of a connection of which nothing has come.
     *
     * @param afterRead runs when what was read has been handled
     */
    Http2FrameWatch(Runnable afterRead, Http2Codec.OnError onError) {
        this.afterRead = afterRead;
        this.onError = onError;
    }

    /** Whether a block of fields was begun and is not whole. */
    boolean isInsideHead() {
        return headOpen || (headFrame && payload > 0);
    }

    /** Whether more may come in the same breath; behind the last the codec sends what was written. */
    boolean isReading() {
        return reading;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        ByteBuf bytes = (ByteBuf) message;
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            at = payload > 0 ? skip(bytes, at) : readHeader(bytes, at);
        }
        context.fireChannelRead(bytes);
        if (idleFrames > MOST_IDLE_FRAMES) {
            onManyIdleFrames();
        }
    }

    private void onManyIdleFrames() {
        long now = System.nanoTime();
        if (now - windowStart < WINDOW_NANOS) {
            onError.fail(Http2Error.ENHANCE_YOUR_CALM, "too many frames that serve no request");
        }
        windowStart = now;
        idleFrames = 0;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Before the codec sends what was written: what is written when that has left must not wait for bytes to come.
        reading = false;
        context.fireChannelReadComplete();
        afterRead.run();
    }

    private int skip(ByteBuf bytes, int at) {
        int count = Math.min(payload, bytes.writerIndex() - at);
        payload -= count;
        return at + count;
    }

    private int readHeader(ByteBuf bytes, int at) {
        header[headerLength++] = bytes.getByte(at);
        if (headerLength == HEADER) {
            headerLength = 0;
            onFrame();
        }
        return at + 1;
    }

    private void onFrame() {
        payload = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        int type = header[3];
        headFrame = type == Type.HEADERS || type == Type.CONTINUATION;
        if (headFrame) {
            headOpen = (header[4] & END_HEADERS) == 0;
        } else if (type != Type.WINDOW_UPDATE && (type != Type.DATA || payload == 0)) {
            idleFrames++;
        }
    }
}
