package dev.handoff.netty.http;

import dev.handoff.cluster.ClusterSettings;
import dev.handoff.cluster.Setting;
import dev.handoff.netty.WorkerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;

/**
 * How HTTP/2 is spoken.
 *
 * @param spoken whether it is
 * @param maxStreams requests in progress at a time on one connection
 * @param window bytes of one body that the client may send before they are read
 * @param resets streams that the client may reset in {@link #RESET_SECONDS}, and as many that we reset for its errors
 */
public record Http2Limits(boolean spoken, int maxStreams, int window, int resets) {
    /** The default of {@link #resets}. */
    static final int RESETS = ClusterSettings.defaults().count(Setting.HTTP_RESETS);

    static final int RESET_SECONDS = 30;

    static final Http2Limits DEFAULTS = new Http2Limits(
            true,
            ClusterSettings.defaults().count(Setting.HTTP_STREAMS),
            ClusterSettings.defaults().count(Setting.HTTP_WINDOW),
            RESETS);

    /** Bytes of {@link #window} at least: with less than the protocol's own default a client that has not read our settings errs. */
    public static final int LEAST_WINDOW = Http2CodecUtil.DEFAULT_WINDOW_SIZE;

    /** Bytes of {@link #window} at most. */
    public static final int MOST_WINDOW = 16 * 1024 * 1024;

    /** DATA frames in a row that hold nothing. */
    static final int EMPTY_DATA = 10;

    /** CONTINUATION frames in a row that are small. */
    static final int SMALL_CONTINUATIONS = 16;

    /** Answers to PING and SETTINGS that the client has not taken. */
    static final int UNSENT_ANSWERS = 1000;

    /** Streams whose windows the client may fill in one breath; the connection's window is refilled as bytes come. */
    static final int STREAMS_AT_ONCE = 16;

    /** Bytes that the client may have under way on one connection. */
    int connectionWindow() {
        return window * STREAMS_AT_ONCE;
    }

    /** The same with this instead. */
    public Http2Limits withSpoken(boolean changed) {
        return new Http2Limits(changed, maxStreams, window, resets);
    }

    /** The same with this instead. */
    public Http2Limits withMaxStreams(int changed) {
        return new Http2Limits(spoken, changed, window, resets);
    }

    /** The same with this instead. */
    public Http2Limits withWindow(int changed) {
        return new Http2Limits(spoken, maxStreams, changed, resets);
    }

    /** The same with this instead. */
    public Http2Limits withResets(int changed) {
        return new Http2Limits(spoken, maxStreams, window, changed);
    }

    /** The same, save for what was said for the whole cluster. */
    Http2Limits under(WorkerContext context) {
        return new Http2Limits(
                spoken,
                context.saidCount(Setting.HTTP_STREAMS).orElse(maxStreams),
                context.saidCount(Setting.HTTP_WINDOW).orElse(window),
                context.saidCount(Setting.HTTP_RESETS).orElse(resets));
    }
}
