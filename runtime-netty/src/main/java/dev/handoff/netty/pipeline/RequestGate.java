package dev.handoff.netty.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Stands before Netty's HTTP/1 codec and gives it the bytes of one request after the other, so that it is known when the codec holds
 * nothing: half a head waits here, and while the worker leaves so does every request that has not begun. Whenever the codec's
 * reading differs from what was expected, all bytes go through from then on, and the connection is never handed back.
 *
 * <p>A client's bytes reach the codec unchanged and in their order in any case. Used on the connection's event loop.
 */
final class RequestGate extends ChannelInboundHandlerAdapter {
    private final NettyHttp1 http;
    private final ChannelHandlerContext codec;
    private final RequestBounds bounds = new RequestBounds();
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private long received;
    private boolean open;
    private boolean giving;
    private boolean gaveNothing;

    private boolean begun;
    private boolean readable;
    private boolean ended;
    private long announced;
    private long content;

    /**
     * One that lets nothing pass unseen.
     *
     * @param codec what reads the requests
     */
    RequestGate(NettyHttp1 http, ChannelHandlerContext codec) {
        this.http = http;
        this.codec = codec;
    }

    /** Lets everything through from now on. */
    void open() {
        open = true;
    }

    /** Whether the codec has been given whole requests and nothing else. */
    boolean isBetweenRequests() {
        return !open && !giving && bounds.isBetweenRequests();
    }

    /** Bytes that have come as far as this. */
    long received() {
        return received;
    }

    /** What waits, copied. */
    byte[] waiting() {
        return ByteBufUtil.getBytes(held);
    }

    /** Bytes that wait. */
    int waitingCount() {
        return held.readableBytes();
    }

    // --- what the codec has read ----------------------------------------------------------------------------------

    /** The codec has read a head; what is behind it may change that. */
    void onHead(HttpRequest request) {
        if (begun || !giving) {
            http.lose("a second request began where one was expected");
        }
        begun = true;
        readable = request.decoderResult().isSuccess();
        announced = readable ? RequestBounds.lengthOfBody(request) : 0;
    }

    /** The codec has read a part of a body. */
    void onContent(int length, boolean last) {
        content += length;
        ended |= last;
    }

    // --- bytes ----------------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes) || codec.isRemoved()) {
            http.lose("something else than bytes has come, or nothing reads them any more");
            give(context, held.readableBytes());
            context.fireChannelRead(message);
            return;
        }
        received += bytes.readableBytes();
        held = held.isReadable() ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), held, bytes) : bytes;
        gaveNothing = true;
        proceed(context, false);
    }

    /** As {@link ByteToMessageDecoder} does it: what reads by itself is not told that bytes came if it got none. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (gaveNothing && !context.channel().config().isAutoRead()) {
            context.read();
        }
        gaveNothing = false;
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent) {
            http.onHandshake();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        letGo(context);
        context.fireChannelInactive();
        http.finishAll();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        letGo(context);
        http.onWatchRemoved();
    }

    /* The codec says by itself what it makes of half a head, unless its connection goes on elsewhere. */
    private void letGo(ChannelHandlerContext context) {
        open = true;
        if (http.hasGone()) {
            held.release();
            held = Unpooled.EMPTY_BUFFER;
        } else {
            give(context, held.readableBytes());
        }
    }

    /**
     * Gives on what waits, outside a read: the handlers are told that it was all.
     *
     * @param oneMore whether one request is to begin though they wait
     */
    void goOn(ChannelHandlerContext context, boolean oneMore) {
        gaveNothing = true;
        proceed(context, oneMore);
        if (!gaveNothing) {
            context.fireChannelReadComplete();
        }
        gaveNothing = false;
    }

    private void proceed(ChannelHandlerContext context, boolean oneMore) {
        if (giving) {
            return;
        }
        boolean begins = oneMore;
        while (held.isReadable() && !(http.mustWait() && !begins) && step(context)) {
            begins = false;
        }
    }

    private boolean step(ChannelHandlerContext context) {
        if (open) {
            give(context, held.readableBytes());
            return true;
        }
        boolean head = bounds.isBetweenRequests();
        int length = bounds.next(held);
        if (length == RequestBounds.NOT_WHOLE) {
            return false;
        }
        if (length == RequestBounds.UNKNOWN) {
            http.lose("where the request ends is not known");
            return true;
        }
        giving = true;
        try {
            give(context, length);
        } finally {
            giving = false;
        }
        if (!open && head) {
            checkHead();
        } else if (!open) {
            checkBody();
        }
        return true;
    }

    private void give(ChannelHandlerContext context, int length) {
        if (length == 0) {
            return;
        }
        gaveNothing = false;
        ByteBuf piece;
        if (length == held.readableBytes()) {
            piece = held;
            held = Unpooled.EMPTY_BUFFER;
        } else {
            piece = held.readRetainedSlice(length);
        }
        context.fireChannelRead(piece);
    }

    private void checkHead() {
        if (!begun || !readable || codec.isRemoved()) {
            http.lose("the codec has not read the head that was given to it");
        } else if (ended) {
            end();
        } else if (announced == 0) {
            http.lose("the codec waits for a body that the head does not announce");
        } else {
            bounds.beginBody(announced);
        }
    }

    private void checkBody() {
        if (ended != bounds.isComplete() || codec.isRemoved() || (ended && announced > 0 && announced != content)) {
            http.lose("the codec has seen another end of the body");
        } else if (ended) {
            end();
        }
    }

    private void end() {
        begun = false;
        ended = false;
        announced = 0;
        content = 0;
        bounds.begin();
        http.onRequestEnd();
    }
}
