package dev.handoff.netty.pipeline;

import dev.handoff.netty.worker.LingeringClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Announces the end of a connection of HTTP/2 whose pipeline is the program's own, with Netty's codec in it.
 *
 * <pre>
 *   GOAWAY 2³¹−1 ──1 s──▶ GOAWAY of the last stream ──no streams, the minimum is over──▶ lingering close
 *   streams come          those that come are passed over, and the client knows it
 * </pre>
 *
 * A round trip is given a second, and not measured by a PING, whose answer the program's handlers would see. Used on the connection's
 * event loop. Source: RFC 9113, section 6.8.
 */
final class Http2Farewell {
    private static final long ROUND_TRIP_MILLIS = 1_000;
    private static final String WHY = "the server restarts";

    private final Channel channel;
    private final Http2ConnectionHandler codec;
    private final Duration minimum;
    private boolean lastSaid;
    private boolean minimumOver;

    /**
     * Of a connection that has not been told yet.
     *
     * @param minimum how long it stays open at least once it was told
     */
    Http2Farewell(Channel channel, Http2ConnectionHandler codec, Duration minimum) {
        this.channel = channel;
        this.codec = codec;
        this.minimum = minimum;
    }

    /** Begins. */
    void announce() {
        ChannelHandlerContext context = channel.pipeline().context(codec);
        if (context == null || !channel.isActive()) {
            return;
        }
        // The codec is not told: it takes this for the end of what it has to read.
        codec.encoder()
                .frameWriter()
                .writeGoAway(context, Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), why(), context.newPromise());
        context.flush();
        schedule(this::sayLast, ROUND_TRIP_MILLIS);
        schedule(this::onMinimumOver, minimum.toMillis());
    }

    private ByteBuf why() {
        return ByteBufUtil.writeAscii(channel.alloc(), WHY);
    }

    private void sayLast() {
        ChannelHandlerContext context = channel.pipeline().context(codec);
        if (context == null || !channel.isActive()) {
            return;
        }
        Http2Connection connection = codec.connection();
        int last = connection.remote().lastStreamCreated();
        codec.goAway(context, last, Http2Error.NO_ERROR.code(), why(), context.newPromise());
        context.flush();
        lastSaid = true;
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamRemoved(Http2Stream stream) {
                // The codec has still to write what ended the stream.
                channel.eventLoop().execute(Http2Farewell.this::closeIfDone);
            }
        });
        closeIfDone();
    }

    private void onMinimumOver() {
        minimumOver = true;
        closeIfDone();
    }

    private void closeIfDone() {
        if (lastSaid && minimumOver && codec.connection().numActiveStreams() == 0) {
            LingeringClose.close(channel);
        }
    }

    private void schedule(Runnable step, long millis) {
        var unused = channel.eventLoop().schedule(step, millis, TimeUnit.MILLISECONDS);
    }
}
