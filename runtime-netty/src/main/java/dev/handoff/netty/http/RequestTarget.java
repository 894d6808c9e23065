package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What a request is for: a path and perhaps a query. Source: RFC 9112, section 3.2, and RFC 3986, section 5.2.4.
 *
 * @param text as the client wrote it
 * @param path decoded, dot segments resolved; {@code *} for {@code OPTIONS *}
 * @param query what follows the first question mark, undecoded; empty if there is none
 */
record RequestTarget(String text, String path, String query) {
    /**
     * Understands a target that holds only characters that may stand in one.
     *
     * @throws HttpFailure 400 if it is malformed
     */
    static RequestTarget parse(String method, String text) {
        if (text.equals("*") && method.equals("OPTIONS")) {
            return new RequestTarget(text, text, "");
        }
        String origin = text.charAt(0) == '/' ? text : originOf(text);
        int mark = origin.indexOf('?');
        String query = mark < 0 ? "" : origin.substring(mark + 1);
        checkEscapes(query);
        return new RequestTarget(text, decode(mark < 0 ? origin : origin.substring(0, mark)), query);
    }

    /** A path with nothing to decode, nothing to resolve, and no query. */
    static RequestTarget plain(String path) {
        return new RequestTarget(path, path, "");
    }

    /** The first value of that name in the query, decoded as forms are: a plus sign is a blank. */
    Optional<String> query(String name) {
        int start = 0;
        while (start < query.length()) {
            int next = query.indexOf('&', start);
            int end = next < 0 ? query.length() : next;
            int equals = query.indexOf('=', start);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (formDecoded(query.substring(start, nameEnd)).equals(name)) {
                return Optional.of(formDecoded(query.substring(Math.min(nameEnd + 1, end), end)));
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    /** Whether it names a host. */
    boolean isUrl() {
        return isUrl(text);
    }

    /** Whether the host that it names, being a URL, is the one of a Host field. */
    boolean isFor(String host) {
        int usualPort = isUrlOf("https", text) ? 443 : 80;
        return Authority.isSame(authorityOf(text), host, usualPort);
    }

    /** What a Host field has to say beside such a target. */
    static String hostFor(String text) {
        return isUrl(text) ? authorityOf(text) : "localhost";
    }

    /** A proxy's form, {@code http://host/path}, which a server has to understand. */
    private static String originOf(String text) {
        if (!isUrl(text)) {
            throw HttpFailure.badRequest("the target of the request is neither a path nor a URL");
        }
        String authority = authorityOf(text);
        if (!Authority.isValid(authority)) {
            throw HttpFailure.badRequest("the target of the request names no host");
        }
        String origin = text.substring(text.indexOf("://") + 3 + authority.length());
        return origin.startsWith("/") ? origin : "/" + origin;
    }

    private static boolean isUrl(String text) {
        return isUrlOf("http", text) || isUrlOf("https", text);
    }

    private static boolean isUrlOf(String scheme, String text) {
        return text.regionMatches(true, 0, scheme + "://", 0, scheme.length() + 3);
    }

    private static String authorityOf(String url) {
        int start = url.indexOf("://") + 3;
        int end = start;
        while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
            end++;
        }
        return url.substring(start, end);
    }

    private static String decode(String path) {
        String decoded = path.indexOf('%') < 0 ? path : unescape(path);
        return decoded.contains("/.") ? withoutDots(decoded) : decoded;
    }

    private static String unescape(String path) {
        checkEscapes(path);
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        int at = 0;
        while (at < path.length()) {
            boolean escaped = path.charAt(at) == '%';
            bytes.put((byte) (escaped ? Integer.parseInt(path, at + 1, at + 3, 16) : path.charAt(at)));
            at += escaped ? 3 : 1;
        }
        String decoded = utf8(bytes.flip());
        if (decoded.indexOf('\0') >= 0) {
            throw HttpFailure.badRequest("the path holds a NUL");
        }
        return decoded;
    }

    private static String utf8(ByteBuffer bytes) {
        try {
            return UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw HttpFailure.badRequest("the path is not UTF-8");
        }
    }

    private static void checkEscapes(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 3)) {
            if (i + 2 >= text.length()
                    || Ascii.hexDigit(text.charAt(i + 1)) < 0
                    || Ascii.hexDigit(text.charAt(i + 2)) < 0) {
                throw HttpFailure.badRequest("a percent sign in the target is not followed by two hexadecimal digits");
            }
        }
    }

    /* After decoding, so that an escaped dot or slash climbs no higher than a plain one. */
    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (String segment : segments) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        String last = segments[segments.length - 1];
        if (last.equals(".") || last.equals("..")) {
            kept.addLast("");
        }
        return "/" + String.join("/", kept);
    }

    private static String formDecoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }
}
