package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FileRegion;

/**
 * Puts one response after the other on the wire, as a version of HTTP has it. Futures are done when the bytes have been written
 * out. Used on the connection's event loop.
 */
interface ResponseWriter {
    /** How the end of a body is told. */
    enum Framing {
        /** There is none, and no length is told. */
        NONE,
        /** By its length. */
        LENGTH,
        /** By a mark behind its last piece: a chunk of HTTP/1.1, a flag of HTTP/2. */
        CHUNKED,
        /** By the end of the connection. */
        UNTIL_CLOSE
    }

    /** Whether a piece of a file can be sent without a copy through this process. */
    boolean takesFiles();

    /** The client may send the body of its request. */
    void sendContinue();

    /**
     * A response that is there as a whole.
     *
     * @param head whether the client has asked for the head only
     * @param stays whether another request may follow
     */
    ChannelFuture sendWhole(Response response, byte[] body, boolean head, boolean stays);

    /**
     * The head of a response whose body follows, not yet flushed.
     *
     * @param length of the body, if the framing tells it
     * @param stays whether another request may follow
     */
    void sendHead(Response response, Framing framing, long length, boolean stays);

    /** A piece of a body, which is not empty. */
    ChannelFuture sendPiece(ByteBuf piece, Framing framing);

    /** A piece of a file. */
    ChannelFuture sendFile(FileRegion piece);

    /** The end of the body. */
    ChannelFuture sendEnd(Framing framing);

    /** Sends what is there. */
    void flush();
}
