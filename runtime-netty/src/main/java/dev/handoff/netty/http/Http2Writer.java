package dev.handoff.netty.http;

import dev.handoff.netty.Response;
import dev.handoff.netty.worker.LoopClock;
import dev.handoff.netty.worker.WriteWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;

/** The response on a stream of HTTP/2. Source: RFC 9113, section 8.1. */
final class Http2Writer implements ResponseWriter, WriteWatch.Outbound {
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString DATE = AsciiString.cached("date");
    private static final int DATE_STARTS = "Date: ".length();
    private static final int LINE_END = 2;
    private static final String OPENED = "200";

    private final Http2Session session;
    private final int streamId;
    private final LoopClock clock;
    private long unsent;

    Http2Writer(Http2Session session, int streamId, LoopClock clock) {
        this.session = session;
        this.streamId = streamId;
        this.clock = clock;
    }

    @Override
    public boolean isWaiting() {
        return unsent > 0;
    }

    /** Bytes of bodies that were sent and have not been written out. */
    @Override
    public long pending() {
        return unsent;
    }

    @Override
    public long progress() {
        return session.sent(streamId);
    }

    /** The codec has to cut the bytes into frames. */
    @Override
    public boolean takesFiles() {
        return false;
    }

    @Override
    public void sendContinue() {
        var unused = session.writeHeaders(streamId, new DefaultHttp2Headers(false).status("100"), false);
        session.flush();
    }

    @Override
    public ChannelFuture sendWhole(Response response, byte[] body, boolean head, boolean stays) {
        boolean bodiless = ResponseEncoder.isBodiless(response);
        Http2Headers fields = fields(response, bodiless ? Framing.NONE : Framing.LENGTH, body.length);
        if (head || bodiless || body.length == 0) {
            ChannelFuture sent = session.writeHeaders(streamId, fields, true);
            session.flush();
            return sent;
        }
        var unused = session.writeHeaders(streamId, fields, false);
        return send(Unpooled.wrappedBuffer(body), true);
    }

    @Override
    public void sendHead(Response response, Framing framing, long length, boolean stays) {
        var unused = session.writeHeaders(streamId, fields(response, framing, length), false);
    }

    @Override
    public ChannelFuture sendPiece(ByteBuf piece, Framing framing) {
        return send(piece, false);
    }

    @Override
    public ChannelFuture sendFile(FileRegion piece) {
        throw new UnsupportedOperationException("a stream of HTTP/2 takes no files");
    }

    @Override
    public ChannelFuture sendEnd(Framing framing) {
        return send(Unpooled.EMPTY_BUFFER, true);
    }

    /** The head with which the stream becomes a WebSocket, not yet flushed. Source: RFC 8441, section 5. */
    void sendOpened(Response response) {
        var unused = session.writeHeaders(streamId, fields(OPENED, response, Framing.NONE, 0), false);
    }

    @Override
    public void flush() {
        session.flush();
    }

    /** Bytes of the stream, not yet flushed. */
    ChannelFuture write(ByteBuf bytes, boolean last, ChannelPromise promise) {
        int length = bytes.readableBytes();
        unsent += length;
        return session.writeData(streamId, bytes, last, promise).addListener(done -> unsent -= length);
    }

    private ChannelFuture send(ByteBuf bytes, boolean last) {
        ChannelFuture sent = write(bytes, last, session.newPromise());
        session.flush();
        return sent;
    }

    private Http2Headers fields(Response response, Framing framing, long length) {
        return fields(Integer.toString(response.code()), response, framing, length);
    }

    private Http2Headers fields(String status, Response response, Framing framing, long length) {
        byte[] dateLine = clock.dateLine();
        Http2Headers fields = new DefaultHttp2Headers(false)
                .status(status)
                .set(DATE, new AsciiString(dateLine, DATE_STARTS, dateLine.length - DATE_STARTS - LINE_END, false));
        response.headers().forEach((name, value) -> {
            String lowerCase = name.toLowerCase(Locale.ROOT);
            if (!Http2Heads.isOfConnection(lowerCase)) {
                fields.add(lowerCase, value);
            }
        });
        if (framing == Framing.LENGTH) {
            fields.setLong(CONTENT_LENGTH, length);
        }
        return fields;
    }
}
