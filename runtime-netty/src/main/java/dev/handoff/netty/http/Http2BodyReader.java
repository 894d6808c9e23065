package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;

/** The body of a request of HTTP/2, whose frames the codec has taken off. */
final class Http2BodyReader implements BodyReader {
    private final long maxBody;
    private final long expectedLength;
    private long received;
    private boolean lastCame;
    private boolean complete;

    /**
     * For the body of this request.
     *
     * @throws HttpFailure 413 if the announced length is above the limit
     */
    Http2BodyReader(RequestHead head, long maxBody) {
        this.maxBody = maxBody;
        this.expectedLength = head.contentLength();
        check(head.contentLength());
    }

    /** What is in the buffer now is the rest. */
    void onLast() {
        lastCame = true;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean read(ByteBuf in, BodyFeed feed) {
        boolean moved = in.isReadable() && feed.wantsMore();
        if (moved) {
            int length = in.readableBytes();
            received += length;
            check(received);
            feed.accept(in, length);
        }
        if (lastCame && !in.isReadable()) {
            complete = true;
            feed.complete();
        }
        return moved;
    }

    @Override
    public long expectedLength() {
        return expectedLength;
    }

    private void check(long length) {
        if (length > maxBody) {
            throw new HttpFailure(413, "the body is longer than " + maxBody + " bytes");
        }
    }
}
