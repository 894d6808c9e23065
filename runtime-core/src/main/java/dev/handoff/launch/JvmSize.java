package dev.handoff.launch;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as JVM flags have them: a number of bytes, or one with k, m, g or t behind it. */
final class JvmSize {
    static final long MIB = 1L << 20;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kKmMgGtT]?)");

    private JvmSize() {}

    /** Bytes; empty if the JVM would not take it for a size either. */
    static OptionalLong parse(String text) {
        Matcher size = SIZE.matcher(text);
        return size.matches()
                ? OptionalLong.of(Long.parseLong(size.group(1)) << shift(size.group(2)))
                : OptionalLong.empty();
    }

    private static int shift(String unit) {
        return unit.isEmpty() ? 0 : 10 * (1 + "kmgt".indexOf(Character.toLowerCase(unit.charAt(0))));
    }

    /** Whole mebibytes, rounded: {@code 189m}. */
    static String format(long bytes) {
        return mebibytes(bytes) + "m";
    }

    static long mebibytes(long bytes) {
        return Math.round((double) bytes / MIB);
    }
}
