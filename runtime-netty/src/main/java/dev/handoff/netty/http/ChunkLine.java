package dev.handoff.netty.http;

import io.netty.buffer.ByteBuf;

/**
 * The line before a chunk: its size, and extensions, which are ignored. They are checked all the same: after a quote that does
 * not end, another parser might read past the end of this line. Source: RFC 9112, section 7.1.1.
 */
final class ChunkLine {
    private static final int MAX_DIGITS = 15;

    private final ByteBuf in;
    private final int end;
    private int at;

    private ChunkLine(ByteBuf in, int start, int end) {
        this.in = in;
        this.at = start;
        this.end = end;
    }

    /**
     * The size that a line says.
     *
     * @param in the line begins at its reader index
     * @param length bytes of the line, without its end
     * @throws HttpFailure 400 if it is malformed
     */
    static long size(ByteBuf in, int length) {
        int start = in.readerIndex();
        long size = 0;
        int digits = 0;
        while (digits < length && Ascii.hexDigit(in.getByte(start + digits)) >= 0) {
            size = size * 16 + Ascii.hexDigit(in.getByte(start + digits++));
            if (digits > MAX_DIGITS) {
                throw HttpFailure.badRequest("a chunk's size has too many digits");
            }
        }
        if (digits == 0) {
            throw HttpFailure.badRequest("a chunk does not begin with its size");
        }
        new ChunkLine(in, start + digits, start + length).checkExtensions();
        return size;
    }

    private void checkExtensions() {
        while (at < end) {
            skipBlanks();
            skip(';');
            skipBlanks();
            skipToken();
            skipValue();
        }
    }

    /* Blanks behind a name belong to what comes next, be it a value or another extension. */
    private void skipValue() {
        int nameEnd = at;
        skipBlanks();
        if (!isNext('=')) {
            at = nameEnd;
            return;
        }
        at++;
        skipBlanks();
        if (isNext('"')) {
            skipQuoted();
        } else {
            skipToken();
        }
    }

    private void skipQuoted() {
        at++;
        while (!isNext('"')) {
            at += isNext('\\') ? 1 : 0;
            if (at == end || !Ascii.isFieldValue(in.getByte(at++))) {
                throw malformed();
            }
        }
        at++;
    }

    private void skipToken() {
        int start = at;
        while (at < end && Ascii.isToken(in.getByte(at))) {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
    }

    private void skip(char expected) {
        if (!isNext(expected)) {
            throw malformed();
        }
        at++;
    }

    private void skipBlanks() {
        while (at < end && Ascii.isBlank(in.getByte(at))) {
            at++;
        }
    }

    private boolean isNext(char c) {
        return at < end && in.getByte(at) == c;
    }

    private static HttpFailure malformed() {
        return HttpFailure.badRequest("behind a chunk's size stands neither its line's end nor an extension");
    }
}
