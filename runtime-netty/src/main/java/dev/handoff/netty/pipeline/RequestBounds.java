package dev.handoff.netty.pipeline;

import dev.handoff.netty.http.Ascii;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;

/**
 * Where one request ends in the bytes of a connection that Netty's codec reads. It only says where to stop: the codec gets every
 * byte in its order, what the head means is asked of the codec, and {@link RequestGate} checks that the codec has seen the same end.
 * Used on the connection's event loop.
 *
 * <pre>
 *   HEAD ──▶ FIXED                                        ──▶ HEAD
 *    │  └──▶ SIZE ──▶ CHUNK ──▶ SIZE … ──▶ TRAILER ──▶ LAST_BYTE ──▶ HEAD
 *    └─────▶ HEAD                                         no body
 * </pre>
 */
final class RequestBounds {
    /** The head has not come as a whole. */
    static final int NOT_WHOLE = -1;

    /** Where the request ends cannot be said. */
    static final int UNKNOWN = -2;

    /** Of a body that says its length as it comes. */
    static final long CHUNKED = -1;

    /** Netty's own limits, of which {@code HttpObjectDecoder} says that they are its defaults. */
    private static final int MOST_LINE = 4096;

    private static final int MOST_FIELDS = 8192;

    private static final int LINE_END = 2;

    private enum Part {
        /** In the request line or the fields. */
        HEAD,
        /** In a body whose length the head has said. */
        FIXED,
        /** In the line before a chunk. */
        SIZE,
        /** In a chunk or the line end behind it. */
        CHUNK,
        /** In the fields behind the last chunk. */
        TRAILER,
        /** Before the byte that ends a request in chunks. */
        LAST_BYTE
    }

    private Part part = Part.HEAD;
    private boolean complete;
    private int searched;
    private boolean begun;
    private int firstLine;
    private int lineStart;
    private long remaining;
    private int digits;
    private boolean sizeEnded;
    private int lineLength;
    private byte lastOfLine;

    /** Whether the next byte is the first of a head, or inside one that has not come as a whole. */
    boolean isBetweenRequests() {
        return part == Part.HEAD;
    }

    /** Whether the request ends with the piece that was found last. */
    boolean isComplete() {
        return complete;
    }

    /**
     * How many bytes may be given on at once; more of the same request may follow.
     *
     * @param in holds at least one byte, and behind {@link #NOT_WHOLE} those that it held before
     * @return at least 1, or {@link #NOT_WHOLE}, or {@link #UNKNOWN}
     */
    int next(ByteBuf in) {
        return switch (part) {
            case HEAD -> head(in);
            case FIXED -> fixed(in);
            default -> chunks(in);
        };
    }

    /**
     * The head was given on, and a body follows.
     *
     * @param length bytes of body, more than 0, or {@link #CHUNKED}
     */
    void beginBody(long length) {
        if (length == CHUNKED) {
            beginSize();
        } else {
            part = Part.FIXED;
            remaining = length;
        }
    }

    /** What the head says of its body: its length, 0 if there is none, or {@link #CHUNKED}. */
    static long lengthOfBody(HttpRequest request) {
        return HttpUtil.isTransferEncodingChunked(request) ? CHUNKED : HttpUtil.getContentLength(request, 0L);
    }

    /** The request was given on as a whole. */
    void begin() {
        part = Part.HEAD;
        complete = false;
        searched = 0;
        begun = false;
        firstLine = 0;
        lineStart = 0;
    }

    // --- the head -------------------------------------------------------------------------------------------------

    private int head(ByteBuf in) {
        int start = in.readerIndex();
        if (!begun && !skipLineEnds(in)) {
            return tooLong(in) ? UNKNOWN : NOT_WHOLE;
        }
        for (int end = lineEnd(in); end >= 0; end = lineEnd(in)) {
            int length = end - start - lineStart;
            boolean carriageReturn = length > 0 && in.getByte(end - 1) == '\r';
            searched = end + 1 - start;
            lineStart = searched;
            if (length == (carriageReturn ? 1 : 0)) {
                return searched;
            }
            firstLine = firstLine == 0 ? searched : firstLine;
        }
        searched = in.readableBytes();
        return tooLong(in) ? UNKNOWN : NOT_WHOLE;
    }

    private int lineEnd(ByteBuf in) {
        return in.indexOf(in.readerIndex() + searched, in.writerIndex(), (byte) '\n');
    }

    private boolean skipLineEnds(ByteBuf in) {
        int count = in.readableBytes();
        while (searched < count && isLineEnd(in.getByte(in.readerIndex() + searched))) {
            searched++;
        }
        lineStart = searched;
        begun = searched < count;
        return begun;
    }

    private static boolean isLineEnd(byte b) {
        return b == '\r' || b == '\n';
    }

    /** What the codec would refuse is its own to refuse, now and not when the rest has come. */
    private boolean tooLong(ByteBuf in) {
        int most = firstLine == 0 ? MOST_LINE : firstLine + MOST_FIELDS;
        return in.readableBytes() > most;
    }

    // --- the body -------------------------------------------------------------------------------------------------

    private int fixed(ByteBuf in) {
        int length = (int) Math.min(remaining, in.readableBytes());
        remaining -= length;
        complete = remaining == 0;
        return length;
    }

    /* The last byte comes alone: if the request ends for the codec with that one and with none before, both have read the same. */
    private int chunks(ByteBuf in) {
        int start = in.readerIndex();
        int at = start;
        while (at < in.writerIndex()) {
            if (part == Part.LAST_BYTE) {
                complete = at == start;
                return complete ? 1 : at - start;
            }
            if (part == Part.CHUNK) {
                at += skipChunk(in.writerIndex() - at);
            } else if (part == Part.TRAILER) {
                at += trailer(in.getByte(at)) ? 1 : 0;
            } else if (!size(in.getByte(at++))) {
                return UNKNOWN;
            }
        }
        return at - start;
    }

    private void beginSize() {
        part = Part.SIZE;
        remaining = 0;
        digits = 0;
        sizeEnded = false;
    }

    private boolean size(byte b) {
        if (b == '\n') {
            part = remaining == 0 ? Part.TRAILER : Part.CHUNK;
            remaining += LINE_END;
            lineLength = 0;
            return digits > 0;
        }
        int digit = Ascii.hexDigit(b);
        sizeEnded |= digit < 0;
        if (!sizeEnded) {
            remaining = remaining * 16 + digit;
            digits++;
        }
        return remaining <= Integer.MAX_VALUE;
    }

    private int skipChunk(int most) {
        int skipped = (int) Math.min(remaining, most);
        remaining -= skipped;
        if (remaining == 0) {
            beginSize();
        }
        return skipped;
    }

    /** Takes one byte, unless it is the last of the request. */
    private boolean trailer(byte b) {
        if (b != '\n') {
            lineLength++;
            lastOfLine = b;
            return true;
        }
        if (lineLength == 0 || (lineLength == 1 && lastOfLine == '\r')) {
            part = Part.LAST_BYTE;
            return false;
        }
        lineLength = 0;
        return true;
    }
}
