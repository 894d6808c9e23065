package dev.handoff.netty.http;

import static io.netty.handler.codec.http2.Http2Exception.streamError;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Netty's codec for the frames of one connection, with our limits. It is told not to close by itself, for a close that does not
 * linger may lose the frame that says why.
 */
public final class Http2Codec extends Http2FrameCodec {
    private final StreamProgress progress;
    private final OnError onError;
    private final PropertyKey requested = connection().newKey();
    private final ResetStreams reset = new ResetStreams();

    /** Ends the connection because of an error. */
    @FunctionalInterface
    interface OnError {
        void fail(Http2Error error, String why);
    }

    private Http2Codec(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            StreamProgress progress,
            OnError onError) {
        super(encoder, decoder, settings, true, true);
        this.progress = progress;
        this.onError = onError;
        connection().addListener(reset);
    }

    static Http2Codec create(HttpSettings settings, OnError onError) {
        return (Http2Codec) new Builder(settings, onError).build();
    }

    /** Bytes of bodies that a stream could send so far. */
    long sent(int streamId) {
        return progress.sent(streamId);
    }

    /** A request has come: what comes on its stream once the client has ended that is an error. */
    void onRequest(int streamId) {
        connection().stream(streamId).setProperty(requested, true);
    }

    /* RFC 9113, 5.1: no frame may come behind the last of a stream, unless that was reset by us and it was on its way. */
    @Override
    public void onError(ChannelHandlerContext context, boolean outbound, Throwable cause) {
        Http2Exception known = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
        if (outbound || !Http2Exception.isStreamError(known)) {
            super.onError(context, outbound, cause);
            return;
        }
        int streamId = Http2Exception.streamId(known);
        Http2Stream stream = connection().stream(streamId);
        if (stream != null && known.error() == Http2Error.PROTOCOL_ERROR && isEndedByClient(stream)) {
            super.onError(context, outbound, streamError(streamId, Http2Error.STREAM_CLOSED, known.getMessage()));
        } else if (stream != null || known.error() != Http2Error.STREAM_CLOSED) {
            super.onError(context, outbound, cause);
        } else if (!reset.contains(streamId)) {
            onConnectionError(context, outbound, cause, known);
        }
    }

    private boolean isEndedByClient(Http2Stream stream) {
        return stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && stream.getProperty(requested) != null;
    }

    /* A failed read is an error of the client or of ours. A failed write was told to its sender. */
    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception known) {
        onError.fail(known == null ? Http2Error.INTERNAL_ERROR : known.error(), String.valueOf(cause.getMessage()));
    }

    private static final class Builder extends Http2FrameCodecBuilder {
        private final StreamProgress progress;
        private final OnError onError;

        private Builder(HttpSettings settings, OnError onError) {
            Http2Connection connection = new DefaultHttp2Connection(true);
            this.progress = new StreamProgress(connection);
            this.onError = onError;
            connection.local().flowController(refillingConnectionsWindow(connection));
            connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, progress));
            connection(connection);
            initialSettings(Http2Settings.defaultSettings()
                    .maxConcurrentStreams(settings.http2().maxStreams())
                    .initialWindowSize(settings.http2().window())
                    .connectProtocolEnabled(true)
                    .maxHeaderListSize((long) settings.maxLine() + settings.maxHeaders()));
            decoderEnforceMaxRstFramesPerWindow(settings.http2().resets(), Http2Limits.RESET_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(settings.http2().resets(), Http2Limits.RESET_SECONDS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(Http2Limits.EMPTY_DATA);
            decoderEnforceMaxSmallContinuationFrames(Http2Limits.SMALL_CONTINUATIONS);
            encoderEnforceMaxQueuedControlFrames(Http2Limits.UNSENT_ANSWERS);
        }

        /* What is not read holds its own stream only: the others have to come through. */
        private static Http2LocalFlowController refillingConnectionsWindow(Http2Connection connection) {
            return new DefaultHttp2LocalFlowController(
                    connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true);
        }

        @Override
        protected Http2FrameCodec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Codec(decoder, encoder, settings, Objects.requireNonNull(progress), onError);
        }
    }
}
