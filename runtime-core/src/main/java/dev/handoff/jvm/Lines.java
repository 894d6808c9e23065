package dev.handoff.jvm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Bytes in, whole lines out, for encodings in which a newline is one byte. One thread at a time. */
final class Lines {
    private final Charset encoding;
    private final long limit;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    /**
     * A splitter.
     *
     * @param limit bytes; a longer line comes in pieces
     */
    Lines(Charset encoding, long limit) {
        this.encoding = encoding;
        this.limit = Math.max(1, limit);
    }

    /** The lines that end in these bytes, and the pieces of one that is too long. */
    List<String> take(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        for (byte each : bytes) {
            if (each == '\n') {
                lines.add(end());
            } else if (begun.size() == limit) {
                lines.add(end());
                begun.write(each);
            } else {
                begun.write(each);
            }
        }
        return lines;
    }

    /** What stands behind the last line's end, once nothing more will come. */
    Optional<String> rest() {
        return begun.size() == 0 ? Optional.empty() : Optional.of(end());
    }

    private String end() {
        byte[] line = begun.toByteArray();
        begun.reset();
        boolean carriageReturn = line.length > 0 && line[line.length - 1] == '\r';
        return new String(line, 0, carriageReturn ? line.length - 1 : line.length, encoding);
    }
}
