package dev.handoff.netty.http;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which codings a client wants, and how much: of those that it does not name, none but the response as it is. Source: RFC 9110,
 * section 12.5.3.
 */
final class AcceptEncoding {
    private static final Pattern ELEMENT =
            Pattern.compile("([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?");
    private static final double UNKNOWN = -1;

    private double gzip = UNKNOWN;
    private double identity = UNKNOWN;
    private double others = UNKNOWN;

    private AcceptEncoding() {}

    /** What this client has said. */
    static AcceptEncoding of(RequestHead head) {
        AcceptEncoding said = new AcceptEncoding();
        for (String field : head.headers().all("Accept-Encoding")) {
            for (String element : field.split(",", -1)) {
                said.add(element.strip().toLowerCase(Locale.ROOT));
            }
        }
        return said;
    }

    /** Whether gzip is welcome, and no less than the response as it is. */
    boolean prefersGzip() {
        double wanted = gzip == UNKNOWN ? others : gzip;
        return wanted > 0 && wanted >= identity;
    }

    /* What cannot be read counts as not said. */
    private void add(String element) {
        Matcher parts = ELEMENT.matcher(element);
        if (!parts.matches()) {
            return;
        }
        double weight = parts.group(2) == null ? 1 : Double.parseDouble(parts.group(2));
        switch (parts.group(1)) {
            case "gzip", "x-gzip" -> gzip = weight;
            case "identity" -> identity = weight;
            case "*" -> others = weight;
            default -> {}
        }
    }
}
