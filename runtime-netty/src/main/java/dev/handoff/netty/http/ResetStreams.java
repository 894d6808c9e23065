package dev.handoff.netty.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * The streams of a connection that we have reset last: frames of theirs may have been on their way, and are no mistake of the
 * client's. Used on the connection's event loop.
 */
final class ResetStreams extends Http2ConnectionAdapter {
    private static final int MOST = 256;

    private final int[] ids = new int[MOST];
    private int count;

    @Override
    public void onStreamClosed(Http2Stream stream) {
        if (stream.isResetSent()) {
            ids[count % MOST] = stream.id();
            count = count == Integer.MAX_VALUE - 1 ? MOST : count + 1;
        }
    }

    boolean contains(int streamId) {
        for (int i = 0; i < Math.min(count, MOST); i++) {
            if (ids[i] == streamId) {
                return true;
            }
        }
        return false;
    }
}
