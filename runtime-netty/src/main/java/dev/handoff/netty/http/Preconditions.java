package dev.handoff.netty.http;

import dev.handoff.netty.Headers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a GET or HEAD request demands of a file before the file is sent. Source: RFC 9110, section 13.
 *
 * @param request the fields of the request
 * @param tag the file's entity tag, which only the program can know
 * @param modified when the file was last changed, in whole seconds
 */
record Preconditions(Headers request, Optional<String> tag, Instant modified) {
    private static final Pattern ENTITY_TAG = Pattern.compile("(?:W/)?\"[^\"]*\"");
    private static final String ANY = "*";
    private static final String WEAK = "W/";

    enum Verdict {
        /** The file is due, or a range of it. */
        SEND,
        /** The client has the file: 304. */
        NOT_MODIFIED,
        /** The client wants another version of the file or none: 412. */
        FAILED
    }

    /** The conditions in the order of section 13.2.2. */
    Verdict verdict() {
        if (request.contains("If-Match") ? !isListed("If-Match", true) : isNewerThan("If-Unmodified-Since")) {
            return Verdict.FAILED;
        }
        if (request.contains("If-None-Match")) {
            return isListed("If-None-Match", false) ? Verdict.NOT_MODIFIED : Verdict.SEND;
        }
        return isNotNewerThan("If-Modified-Since") ? Verdict.NOT_MODIFIED : Verdict.SEND;
    }

    /** Whether a range may be sent: the rest of what the client has is of this version. A condition that cannot be read does not hold. */
    boolean allowRange() {
        List<String> conditions = request.all("If-Range");
        return conditions.isEmpty() || (conditions.size() == 1 && isThisVersion(conditions.get(0)));
    }

    private boolean isThisVersion(String condition) {
        return ENTITY_TAG.matcher(condition).matches()
                ? isSame(condition, true)
                : HttpDate.parse(condition).map(modified::equals).orElse(false);
    }

    private boolean isListed(String field, boolean strong) {
        String listed = String.join(",", request.all(field));
        if (listed.strip().equals(ANY)) {
            return true;
        }
        Matcher tags = ENTITY_TAG.matcher(listed);
        while (tags.find()) {
            if (isSame(tags.group(), strong)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSame(String wanted, boolean strong) {
        return tag.filter(own -> strong
                        ? own.equals(wanted) && !own.startsWith(WEAK)
                        : opaque(own).equals(opaque(wanted)))
                .isPresent();
    }

    private static String opaque(String tag) {
        return tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
    }

    private boolean isNewerThan(String field) {
        return date(field).map(modified::isAfter).orElse(false);
    }

    private boolean isNotNewerThan(String field) {
        return date(field).map(since -> !modified.isAfter(since)).orElse(false);
    }

    /** A field that is no single date is ignored. */
    private Optional<Instant> date(String field) {
        List<String> values = request.all(field);
        return values.size() == 1 ? HttpDate.parse(values.get(0)) : Optional.empty();
    }
}
