package dev.handoff.child;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Where text may be cut. */
final class WholeCharacters {
    private WholeCharacters() {}

    /** How many bytes there are up to the end of the last character that is there as a whole; what is no character counts. */
    static int length(byte[] bytes, Charset encoding) {
        CharsetDecoder decoder = encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(1024);
        while (decoder.decode(in, out, false).isOverflow()) {
            out.clear();
        }
        return in.position();
    }
}
