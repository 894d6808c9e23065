package dev.handoff.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;

/**
 * Where a {@link BodySender} sends to: it puts the head before the first piece and tells where the pieces end. Used on the
 * connection's event loop.
 */
final class BodyOutput {
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private final HttpConnection connection;
    private final Exchange exchange;
    private final Response response;
    private final ResponseEncoder.Framing framing;
    private final long length;
    private boolean begun;

    /** For this response, whose length is told if the framing is by length. */
    BodyOutput(
            HttpConnection connection,
            Exchange exchange,
            Response response,
            ResponseEncoder.Framing framing,
            long length) {
        this.connection = connection;
        this.exchange = exchange;
        this.response = response;
        this.framing = framing;
        this.length = length;
    }

    /** Runs a task on the event loop. Any thread may call. */
    void execute(Runnable task) {
        connection.execute(task);
    }

    /** Whether the connection ends, so that what is sent reaches nobody. */
    boolean isEnded() {
        return connection.isEnding();
    }

    /** Sends what is there, the head at least. */
    void flush() {
        begin();
        connection.flush();
    }

    /** Sends a piece, which must not be empty. The result is done when it has been written out. */
    ChannelFuture send(ByteBuf piece) {
        begin();
        if (framing != ResponseEncoder.Framing.CHUNKED) {
            return connection.writeAndFlush(piece);
        }
        byte[] size = (Integer.toHexString(piece.readableBytes()) + "\r\n").getBytes(US_ASCII);
        connection.write(Unpooled.wrappedBuffer(size));
        connection.write(piece);
        return connection.writeAndFlush(Unpooled.wrappedBuffer(LINE_END));
    }

    /** Sends a piece of a file without copying it through this process. */
    ChannelFuture send(FileRegion piece) {
        begin();
        return connection.writeAndFlush(piece);
    }

    /** Sends the head and nothing more. */
    void endWithHead() {
        begin();
        exchange.endWith(connection.writeAndFlush(Unpooled.EMPTY_BUFFER));
    }

    /** All pieces were sent. */
    void end() {
        begin();
        boolean chunked = framing == ResponseEncoder.Framing.CHUNKED;
        exchange.endWith(
                connection.writeAndFlush(chunked ? Unpooled.wrappedBuffer(LAST_CHUNK) : Unpooled.EMPTY_BUFFER));
    }

    /** The rest cannot be sent. */
    void fail(Throwable cause) {
        if (begun) {
            exchange.breakOff(cause);
        } else {
            exchange.answerInstead(cause);
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            exchange.onHeadSent();
            connection.write(connection
                    .service()
                    .encoder
                    .head(connection.alloc(), connection.dateLine(), response, framing, length, exchange.stays()));
        }
    }
}
