package dev.handoff.netty;

/**
 * How HTTP/2 is spoken.
 *
 * @param spoken whether it is
 * @param maxStreams requests in progress at a time on one connection
 */
record Http2Limits(boolean spoken, int maxStreams) {
    static final Http2Limits DEFAULTS = new Http2Limits(true, 128);

    /** In a window of that many seconds the client may reset so many streams, and so may we because of its errors. */
    static final int RESETS = 200;

    static final int RESET_SECONDS = 30;

    /** DATA frames in a row that hold nothing. */
    static final int EMPTY_DATA = 10;

    /** CONTINUATION frames in a row that are small. */
    static final int SMALL_CONTINUATIONS = 16;

    /** Answers to PING and SETTINGS that the client has not taken. */
    static final int UNSENT_ANSWERS = 1000;

    /** Bytes of a body that the client may send before they are read; of one connection together 16 times that. */
    static final int WINDOW = 65_535;

    static final int CONNECTION_WINDOW = 16 * WINDOW;

    Http2Limits withSpoken(boolean changed) {
        return new Http2Limits(changed, maxStreams);
    }

    Http2Limits withMaxStreams(int changed) {
        return new Http2Limits(spoken, changed);
    }
}
