package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;

/**
 * The body of a request of HTTP/1. Used on the connection's event loop.
 *
 * <p>Chunks are read strictly: RFC 9112, section 7.1, without the liberties that let two servers see different ends.
 *
 * <pre>
 *   SIZE ──▶ DATA ──▶ DATA_END ──▶ SIZE …      "1a;extension\r\n", 26 bytes, "\r\n"
 *     └ size 0 ──▶ TRAILER ──▶ END             field lines, thrown away, and a blank line
 * </pre>
 */
final class Http1BodyReader implements BodyReader {
    /** Longer than any size with the extensions that are in use; shorter than what could hide a flood. */
    private static final int MAX_SIZE_LINE = 256;

    private final long maxBody;
    private final int maxTrailer;
    private State state;
    private long remaining;
    private long received;
    private int trailerLength;
    private int searched;

    private enum State {
        /** Inside a body whose length was announced. */
        FIXED,
        /** Before a chunk's size. */
        SIZE,
        /** Inside a chunk. */
        DATA,
        /** Before the line end behind a chunk. */
        DATA_END,
        /** Before a field line behind the last chunk, or the blank line. */
        TRAILER,
        /** Nothing of this body is left to come. */
        END
    }

    /**
     * For the body of this request.
     *
     * @throws HttpFailure 413 if the announced length is above the limit
     */
    Http1BodyReader(RequestHead head, long maxBody, int maxTrailer) {
        this.maxBody = maxBody;
        this.maxTrailer = maxTrailer;
        this.remaining = head.contentLength();
        this.state = head.chunked() ? State.SIZE : remaining > 0 ? State.FIXED : State.END;
        if (state == State.FIXED) {
            count(remaining);
        }
    }

    @Override
    public boolean isComplete() {
        return state == State.END;
    }

    @Override
    public boolean read(ByteBuf in, BodyFeed feed) {
        boolean moved = false;
        while (state != State.END && in.isReadable() && step(in, feed)) {
            moved = true;
        }
        if (state == State.END) {
            feed.complete();
        }
        return moved;
    }

    @Override
    public long expectedLength() {
        return remaining;
    }

    private boolean step(ByteBuf in, BodyFeed feed) {
        return switch (state) {
            case FIXED, DATA -> data(in, feed);
            case SIZE -> size(in);
            case DATA_END -> dataEnd(in);
            case TRAILER -> trailer(in);
            case END -> false;
        };
    }

    private boolean data(ByteBuf in, BodyFeed feed) {
        if (!feed.wantsMore()) {
            return false;
        }
        int length = (int) Math.min(remaining, in.readableBytes());
        feed.accept(in, length);
        remaining -= length;
        if (remaining == 0) {
            state = state == State.FIXED ? State.END : State.DATA_END;
        }
        return true;
    }

    private boolean size(ByteBuf in) {
        int length =
                line(in, MAX_SIZE_LINE, 400, "the line of a chunk's size is longer than " + MAX_SIZE_LINE + " bytes");
        if (length < 0) {
            return false;
        }
        remaining = ChunkLine.size(in, length);
        in.skipBytes(length + 2);
        count(remaining);
        state = remaining == 0 ? State.TRAILER : State.DATA;
        return true;
    }

    private boolean dataEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw HttpFailure.badRequest("a chunk is longer than its size says");
        }
        state = State.SIZE;
        return true;
    }

    private boolean trailer(ByteBuf in) {
        int length = line(
                in, maxTrailer - trailerLength, 431, "the trailer fields are longer than " + maxTrailer + " bytes");
        if (length < 0) {
            return false;
        }
        checkTrailer(in, length);
        in.skipBytes(length + 2);
        trailerLength += length;
        state = length == 0 ? State.END : State.TRAILER;
        return true;
    }

    /** The length of the line at the reader index without its end, -1 while that has not come. */
    private int line(ByteBuf in, int limit, int status, String tooLong) {
        int start = in.readerIndex();
        int lf = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
        int length = lf < 0 ? in.readableBytes() - 1 : lf - 1 - start;
        if (length > limit) {
            throw new HttpFailure(status, tooLong);
        }
        searched = lf < 0 ? in.readableBytes() : 0;
        if (lf >= 0 && (lf == start || in.getByte(lf - 1) != '\r')) {
            throw HttpFailure.badRequest("a line of the body ends without a carriage return");
        }
        return lf < 0 ? -1 : length;
    }

    /* What trailers say is thrown away: no handler could rely on it, and a few of them would be dangerous to believe. */
    private static void checkTrailer(ByteBuf in, int length) {
        int start = in.readerIndex();
        int nameEnd = start;
        while (nameEnd < start + length && Ascii.isToken(in.getByte(nameEnd))) {
            nameEnd++;
        }
        if (length > 0 && (nameEnd == start || nameEnd == start + length || in.getByte(nameEnd) != ':')) {
            throw HttpFailure.badRequest("a trailer field does not begin with a name and a colon");
        }
        checkText(in, nameEnd, start + length);
    }

    private static void checkText(ByteBuf in, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Ascii.isFieldValue(in.getByte(i))) {
                throw HttpFailure.badRequest("a line of the body holds a control character");
            }
        }
    }

    private void count(long length) {
        if (length > maxBody - received) {
            throw new HttpFailure(413, "the body is longer than " + maxBody + " bytes");
        }
        received += length;
    }
}
