package dev.handoff.netty.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/** Dates of header fields, in whole seconds. Source: RFC 9110, section 5.6.7. */
final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE = format("EEE, dd MMM yyyy HH:mm:ss 'GMT'");
    private static final DateTimeFormatter ASCTIME = format("EEE MMM ppd HH:mm:ss yyyy");

    /** A year of two digits is never more than 50 years in the future. */
    private static final int YEARS_BACK = 49;

    private HttpDate() {}

    /** The one form that is sent. */
    static String format(Instant date) {
        return IMF_FIXDATE.format(date);
    }

    /** A date in any of the three forms that clients may send; empty if it has none of them. */
    static Optional<Instant> parse(String text) {
        return parse(text, IMF_FIXDATE)
                .or(() -> parse(text, ASCTIME))
                .or(() -> parse(text, rfc850(LocalDate.now(ZoneOffset.UTC))));
    }

    private static Optional<Instant> parse(String text, DateTimeFormatter format) {
        try {
            return Optional.of(ZonedDateTime.parse(text, format).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static DateTimeFormatter rfc850(LocalDate today) {
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, today.minusYears(YEARS_BACK))
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }
}
