package dev.handoff.benchmarks;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of a {@code Date} header, formatted once a second and not once a response. Any thread may ask. */
final class HttpDate {
    private static final long MILLIS = 1000;
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private volatile Formatted latest = new Formatted(Long.MIN_VALUE, AsciiString.EMPTY_STRING);

    private record Formatted(long second, AsciiString value) {}

    /** The date as RFC 9110, section 5.6.7, writes it. */
    AsciiString value() {
        return at(System.currentTimeMillis() / MILLIS);
    }

    /** The date so many seconds after 1970 began. */
    AsciiString at(long second) {
        Formatted formatted = latest;
        if (formatted.second != second) {
            formatted = format(second);
            latest = formatted;
        }
        return formatted.value;
    }

    private static Formatted format(long second) {
        return new Formatted(second, AsciiString.of(FORMAT.format(Instant.ofEpochSecond(second))));
    }
}
