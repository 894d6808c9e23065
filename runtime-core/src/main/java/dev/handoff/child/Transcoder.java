package dev.handoff.child;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Text of any encoding made UTF-8, as its bytes come. What is no character becomes U+FFFD. One thread at a time. */
final class Transcoder {
    private static final int CHARACTERS = 4096;

    private final CharsetDecoder decoder;
    private final CharBuffer characters = CharBuffer.allocate(CHARACTERS);

    /** The beginning of a character. */
    private byte[] begun = {};

    Transcoder(Charset encoding) {
        decoder = encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
    }

    /** The characters that are whole with these bytes. */
    byte[] take(byte[] bytes) {
        return decode(bytes, false);
    }

    /** The last one, once nothing more will come. */
    byte[] end() {
        return decode(new byte[0], true);
    }

    private byte[] decode(byte[] bytes, boolean isEnd) {
        ByteBuffer in = ByteBuffer.allocate(begun.length + bytes.length)
                .put(begun)
                .put(bytes)
                .flip();
        StringBuilder text = new StringBuilder();
        while (decoder.decode(in, characters, isEnd).isOverflow()) {
            moveTo(text);
        }
        if (isEnd) {
            decoder.flush(characters);
        }
        moveTo(text);
        begun = new byte[in.remaining()];
        in.get(begun);
        return text.toString().getBytes(UTF_8);
    }

    private void moveTo(StringBuilder text) {
        text.append(characters.flip());
        characters.clear();
    }
}
