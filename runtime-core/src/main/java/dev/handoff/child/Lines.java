package dev.handoff.child;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Bytes in, whole lines out. Text in an encoding whose newline is not the byte 10 alone, such as UTF-16, is made UTF-8 first. One thread
 * at a time.
 */
final class Lines {
    /** So much of a line's beginning is kept while no line is wanted. */
    private static final int MOST_SKIPPED = 64 * 1024;

    private static final byte[] NEWLINE = {'\n'};

    private final Optional<Transcoder> transcoder;
    private final Charset encoding;
    private final long limit;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    /**
     * A splitter.
     *
     * @param limit bytes; a longer line comes in pieces of whole characters
     */
    Lines(Charset encoding, long limit) {
        boolean isPlain = encoding.canEncode() && Arrays.equals("\n".getBytes(encoding), NEWLINE);
        this.transcoder = isPlain ? Optional.empty() : Optional.of(new Transcoder(encoding));
        this.encoding = isPlain ? encoding : StandardCharsets.UTF_8;
        this.limit = Math.max(1, limit);
    }

    /** The lines that end in these bytes, and the pieces of one that is too long. */
    List<String> take(byte[] received) {
        byte[] bytes = transcoded(received);
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                add(bytes, from, at, lines);
                lines.add(end());
                from = at + 1;
            }
        }
        add(bytes, from, bytes.length, lines);
        return lines;
    }

    /** Passes over bytes whose lines are not wanted, but keeps the beginning of the last line: its end may be. */
    void skip(byte[] received) {
        byte[] bytes = transcoded(received);
        int from = bytes.length;
        while (from > 0 && bytes[from - 1] != '\n') {
            from--;
        }
        if (from > 0 || begun.size() + bytes.length > MOST_SKIPPED) {
            begun.reset();
        }
        if (bytes.length - from <= MOST_SKIPPED) {
            begun.write(bytes, from, bytes.length - from);
        }
    }

    private byte[] transcoded(byte[] bytes) {
        return transcoder.map(to -> to.take(bytes)).orElse(bytes);
    }

    private void add(byte[] bytes, int from, int to, List<String> lines) {
        int next = from;
        while (begun.size() + (long) (to - next) > limit) {
            int room = (int) Math.max(limit - begun.size(), 0);
            begun.write(bytes, next, room);
            next += room;
            if (!cut(lines)) {
                if (next == to) {
                    return;
                }
                begun.write(bytes[next++]);
            }
        }
        begun.write(bytes, next, to - next);
    }

    /** Gives false if that is not even one character. */
    private boolean cut(List<String> pieces) {
        byte[] piece = begun.toByteArray();
        int length = WholeCharacters.length(piece, encoding);
        if (length == 0) {
            return false;
        }
        pieces.add(new String(piece, 0, length, encoding));
        begun.reset();
        begun.writeBytes(Arrays.copyOfRange(piece, length, piece.length));
        return true;
    }

    /** What stands behind the last line's end, once nothing more will come. */
    Optional<String> rest() {
        transcoder.map(Transcoder::end).ifPresent(begun::writeBytes);
        return begun.size() == 0 ? Optional.empty() : Optional.of(end());
    }

    private String end() {
        byte[] line = begun.toByteArray();
        begun.reset();
        boolean carriageReturn = line.length > 0 && line[line.length - 1] == '\r';
        return new String(line, 0, carriageReturn ? line.length - 1 : line.length, encoding);
    }
}
