package dev.handoff.netty;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file. Source: RFC 9110, section 14.
 *
 * @param first offset of the first byte
 * @param length bytes from there, 0 if the range lies outside of the file
 */
record ByteRange(long first, long length) {
    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})", Pattern.CASE_INSENSITIVE);

    /** What a Range field asks for of a file of that size; empty if it asks for something else than one range of bytes. */
    static Optional<ByteRange> parse(String field, long size) {
        Matcher range = SINGLE.matcher(field);
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (range.group(1).isEmpty()) {
            long length = Math.min(Long.parseLong(range.group(2)), size);
            return Optional.of(new ByteRange(size - length, length));
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        if (last < first) {
            return Optional.empty();
        }
        return Optional.of(new ByteRange(first, first >= size ? 0 : Math.min(last, size - 1) - first + 1));
    }

    boolean isSatisfiable() {
        return length > 0;
    }

    /** The Content-Range field of a response with this part. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
