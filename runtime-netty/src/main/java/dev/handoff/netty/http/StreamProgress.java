package dev.handoff.netty.http;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.StreamByteDistributor;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * Shares out what may be sent among the streams of a connection, and counts how much each was given. Used on the connection's
 * event loop.
 */
final class StreamProgress implements StreamByteDistributor {
    private final StreamByteDistributor fair;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey sent;

    StreamProgress(Http2Connection connection) {
        this.connection = connection;
        this.fair = new UniformStreamByteDistributor(connection);
        this.sent = connection.newKey();
    }

    /** Bytes of bodies that a stream could send so far. */
    long sent(int streamId) {
        Http2Stream stream = connection.stream(streamId);
        return stream == null ? 0 : sent(stream);
    }

    private long sent(Http2Stream stream) {
        Long bytes = stream.getProperty(sent);
        return bytes == null ? 0 : bytes;
    }

    @Override
    public boolean distribute(int maxBytes, Writer writer) throws Http2Exception {
        return fair.distribute(maxBytes, (stream, bytes) -> {
            stream.setProperty(sent, sent(stream) + bytes);
            writer.write(stream, bytes);
        });
    }

    @Override
    public void updateStreamableBytes(StreamState state) {
        fair.updateStreamableBytes(state);
    }

    @Override
    public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        fair.updateDependencyTree(child, parent, weight, exclusive);
    }
}
