package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds where the head of a request ends. Until it is there as a whole its bytes stay as they are: nothing is half
 * decoded, so that a connection can still be given away inside a head. No byte is searched twice, however slowly they
 * come. Used on the connection's event loop.
 */
final class HeadFinder {
    private static final int NOT_YET = -1;

    private final int maxLine;
    private final int maxHeaders;
    private boolean blankLineSkipped;
    private int searched;
    private int lines;
    private int lineLength;
    private int lastLineEnd;

    HeadFinder(int maxLine, int maxHeaders) {
        this.maxLine = maxLine;
        this.maxHeaders = maxHeaders;
    }

    /**
     * The length of the head at the buffer's reader index, its blank line included, or -1 while that is not there.
     *
     * @param in holds at least one byte
     * @throws HttpFailure 400 for a line that ends without a carriage return, 414, 431 and 501 above the limits
     */
    int find(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        checkFirst(in.getByte(start));
        for (int lf = in.indexOf(start + searched, end, (byte) '\n');
                lf >= 0;
                lf = in.indexOf(start + searched, end, (byte) '\n')) {
            if (lf == start || in.getByte(lf - 1) != '\r') {
                throw HttpFailure.badRequest("a line of the head ends without a carriage return");
            }
            searched = lf + 1 - start;
            if (searched - lastLineEnd > 2) {
                endLine(in);
            } else if (lines > 0) {
                checkHeaders(searched);
                return searched;
            } else {
                skipBlankLine(in);
                start = in.readerIndex();
            }
        }
        searched = end - start;
        checkUnfinished(in);
        return NOT_YET;
    }

    /** Whether nothing of the next head has been seen yet. */
    boolean isAtStart() {
        return searched == 0 && !blankLineSkipped;
    }

    /** Makes ready for the next head. */
    void reset() {
        blankLineSkipped = false;
        searched = 0;
        lines = 0;
        lineLength = 0;
        lastLineEnd = 0;
    }

    /* Who speaks another protocol, TLS above all, is told at once. */
    private static void checkFirst(byte first) {
        if (!Ascii.isToken(first) && first != '\r') {
            throw HttpFailure.badRequest("this is no HTTP request");
        }
    }

    private void endLine(ByteBuf in) {
        if (lines++ == 0) {
            lineLength = searched;
            checkLine(in, searched - 2);
        }
        lastLineEnd = searched;
    }

    /* RFC 9112, 2.2: old clients send a line end behind a body, and one is to be forgiven. */
    private void skipBlankLine(ByteBuf in) {
        if (blankLineSkipped) {
            throw HttpFailure.badRequest("blank lines stand where a request was expected");
        }
        in.skipBytes(2);
        searched = 0;
        blankLineSkipped = true;
    }

    private void checkUnfinished(ByteBuf in) {
        if (lines == 0) {
            checkLine(in, searched - 1);
        } else {
            checkHeaders(searched);
        }
    }

    private void checkLine(ByteBuf in, int length) {
        if (length > maxLine) {
            boolean hasTarget = in.indexOf(in.readerIndex(), in.readerIndex() + maxLine, (byte) ' ') >= 0;
            throw new HttpFailure(
                    hasTarget ? 414 : 501,
                    "the " + (hasTarget ? "request line" : "method") + " is longer than " + maxLine + " bytes");
        }
    }

    private void checkHeaders(int length) {
        if (length - lineLength > maxHeaders + 2) {
            throw new HttpFailure(431, "the header fields are longer than " + maxHeaders + " bytes");
        }
    }
}
