package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.handoff.netty.Response;
import dev.handoff.netty.worker.AbortiveClose;
import dev.handoff.netty.worker.Connection;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.Reregistration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.Future;

/** Responses on a connection of HTTP/1. Source: RFC 9112, section 7.1. */
final class Http1Writer implements ResponseWriter {
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private final Channel channel;
    private final Connection connection;
    private final ResponseEncoder encoder;
    private final LoopClock clock;
    private final boolean secure;
    private long writes;
    private boolean inputEnded;
    private boolean endIsToldByClose;

    Http1Writer(Channel channel, ResponseEncoder encoder, LoopClock clock, boolean secure) {
        this.channel = channel;
        this.connection = Connection.of(channel);
        this.encoder = encoder;
        this.clock = clock;
        this.secure = secure;
    }

    /** The client has ended its direction. */
    void onInputEnded() {
        inputEnded = true;
    }

    /** How often something was written. */
    long writes() {
        return writes;
    }

    /** Whether a response is unfinished that would look whole if the connection ended now in the ordinary way. */
    boolean isEndToldByClose() {
        return endIsToldByClose;
    }

    /** TLS has to see the bytes. */
    @Override
    public boolean takesFiles() {
        return !secure;
    }

    @Override
    public void sendContinue() {
        write(Unpooled.wrappedBuffer(ResponseEncoder.CONTINUE));
        flush();
    }

    @Override
    public ChannelFuture sendWhole(Response response, byte[] body, boolean head, boolean stays) {
        return writeAndFlush(encoder.whole(channel.alloc(), clock.dateLine(), response, body, head, stays));
    }

    @Override
    public void sendHead(Response response, Framing framing, long length, boolean stays) {
        connection.setInsideResponse(true);
        if (framing == Framing.UNTIL_CLOSE) {
            endIsToldByClose = true;
            AbortiveClose.prepare(channel);
        }
        write(encoder.head(channel.alloc(), clock.dateLine(), response, framing, length, stays));
    }

    @Override
    public ChannelFuture sendPiece(ByteBuf piece, Framing framing) {
        if (framing != Framing.CHUNKED) {
            return writeAndFlush(piece);
        }
        byte[] size = (Integer.toHexString(piece.readableBytes()) + "\r\n").getBytes(US_ASCII);
        write(Unpooled.wrappedBuffer(size));
        write(piece);
        return writeAndFlush(Unpooled.wrappedBuffer(LINE_END));
    }

    @Override
    public ChannelFuture sendFile(FileRegion piece) {
        return writeAndFlush(piece);
    }

    @Override
    public ChannelFuture sendEnd(Framing framing) {
        ChannelFuture end =
                writeAndFlush(framing == Framing.CHUNKED ? Unpooled.wrappedBuffer(LAST_CHUNK) : Unpooled.EMPTY_BUFFER);
        return end.addListener(this::onEndWritten);
    }

    private void onEndWritten(Future<? super Void> written) {
        if (written.isSuccess()) {
            connection.setInsideResponse(false);
            if (endIsToldByClose) {
                endIsToldByClose = false;
                AbortiveClose.takeBack(channel);
            }
        }
    }

    /** The head with which the connection becomes a WebSocket, not yet flushed. */
    void sendSwitching(Response response, String accept) {
        write(encoder.switchingProtocols(channel.alloc(), response, accept));
    }

    @Override
    public void flush() {
        if (inputEnded) {
            Reregistration.around(channel, () -> {});
        } else {
            channel.flush();
        }
    }

    private void write(Object message) {
        writes++;
        var unused = channel.write(message);
    }

    private ChannelFuture writeAndFlush(Object message) {
        writes++;
        if (!inputEnded) {
            return channel.writeAndFlush(message);
        }
        ChannelFuture written = channel.write(message);
        flush();
        return written;
    }
}
