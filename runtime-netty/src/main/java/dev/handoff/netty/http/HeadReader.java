package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Takes the heads of one connection's requests out of its bytes. Used on the connection's event loop. */
final class HeadReader {
    private static final int BLANK_LINE = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';
    private static final int MOST_AT_ONCE = 2 * 1024;

    private final HeadFinder finder;
    private final int mostAtOnce;

    /** A reader with these limits, in bytes. */
    HeadReader(int maxLine, int maxHeaders) {
        this.finder = new HeadFinder(maxLine, maxHeaders);
        this.mostAtOnce = Math.min(MOST_AT_ONCE, Math.min(maxLine, maxHeaders));
    }

    /**
     * The head that the buffer begins with, taken out of it; null, and nothing taken, while it is not whole.
     *
     * @param in holds at least one byte
     * @throws HttpFailure if it is too long, or no request that can be answered
     */
    @Nullable
    RequestHead read(ByteBuf in) {
        if (isWholeAndShort(in)) {
            return take(in, in.readableBytes());
        }
        int length = finder.find(in);
        return length < 0 ? null : take(in, length);
    }

    /* Nearly all heads come like this: what ends with a blank line need not be searched for one, and what is shorter than
     * every limit need not be measured. */
    private boolean isWholeAndShort(ByteBuf in) {
        int count = in.readableBytes();
        return finder.isAtStart()
                && count <= mostAtOnce
                && count >= Integer.BYTES
                && in.getByte(in.readerIndex()) != '\r'
                && in.getInt(in.writerIndex() - Integer.BYTES) == BLANK_LINE;
    }

    private RequestHead take(ByteBuf in, int most) {
        byte[] bytes = new byte[most];
        in.getBytes(in.readerIndex(), bytes);
        HeadParser parser = new HeadParser(bytes);
        RequestHead head = parser.parse();
        in.skipBytes(parser.length());
        finder.reset();
        return head;
    }
}
