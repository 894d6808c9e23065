package dev.handoff.netty.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file. Source: RFC 9110, section 14.
 *
 * @param first offset of the first byte
 * @param length bytes from there
 */
record ByteRange(long first, long length) {
    private static final String UNIT = "bytes=";
    private static final Pattern SPEC = Pattern.compile("(\\d*)-(\\d*)");

    /** More than any client has use for: the head of a part costs more than a few bytes of a file. */
    private static final int MOST = 32;

    /** Digits that a long holds whatever they are. */
    private static final int SAFE_DIGITS = 18;

    /**
     * What a Range field asks for of a file of that size.
     *
     * @return the ranges that lie inside of the file, in the order in which they were asked for; none if all lie outside; empty if
     *     the field has to be ignored: it asks for something else than bytes, cannot be read, asks for bytes twice, or for more
     *     than 32 ranges
     */
    static Optional<List<ByteRange>> parse(String field, long size) {
        if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return Optional.empty();
        }
        String[] specs = field.substring(UNIT.length()).split(",", -1);
        List<ByteRange> inside = new ArrayList<>();
        int asked = 0;
        for (String spec : specs) {
            if (spec.isBlank()) {
                continue;
            }
            Optional<ByteRange> range = parseOne(spec.strip(), size);
            if (range.isEmpty() || ++asked > MOST) {
                return Optional.empty();
            }
            range.filter(part -> part.length > 0).ifPresent(inside::add);
        }
        return asked == 0 || overlap(inside) ? Optional.empty() : Optional.of(inside);
    }

    private static Optional<ByteRange> parseOne(String spec, long size) {
        Matcher parts = SPEC.matcher(spec);
        if (!parts.matches() || spec.length() == 1) {
            return Optional.empty();
        }
        if (parts.group(1).isEmpty()) {
            long length = Math.min(number(parts.group(2)), size);
            return Optional.of(new ByteRange(size - length, length));
        }
        long first = number(parts.group(1));
        long last = parts.group(2).isEmpty() ? Long.MAX_VALUE : number(parts.group(2));
        return last < first
                ? Optional.empty()
                : Optional.of(new ByteRange(first, first >= size ? 0 : Math.min(last, size - 1) - first + 1));
    }

    /** No file is longer than what a long holds. */
    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=\\d)", "");
        return significant.length() > SAFE_DIGITS ? Long.MAX_VALUE : Long.parseLong(significant);
    }

    private static boolean overlap(List<ByteRange> ranges) {
        List<ByteRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingLong(ByteRange::first));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).first < sorted.get(i - 1).end()) {
                return true;
            }
        }
        return false;
    }

    private long end() {
        return first + length;
    }

    /** The Content-Range field of a response with this part. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (end() - 1) + "/" + size;
    }
}
