package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.handoff.netty.Headers;
import dev.handoff.netty.HttpVersion;
import dev.handoff.netty.http.FriendAccess.OfHeaders;
import java.util.Arrays;

/**
 * Reads the head of one request, strictly: what two servers could read in two ways is refused. A proxy in front that
 * sees another end of a request than we do lets one client write into another's connection.
 *
 * <p>Source: RFC 9112, sections 2 to 6. Where it lets a recipient be lenient (line ends, folded fields, several blanks in
 * the request line, repeated equal lengths), this is not.
 */
final class HeadParser {
    private static final byte[] HTTP_1 = "HTTP/1.".getBytes(ISO_8859_1);
    private static final String[] METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
    private static final int MAX_LENGTH_DIGITS = 18;

    private static final int USUAL_FIELDS = 6;

    private final byte[] head;
    private int[] slots = new int[USUAL_FIELDS * OfHeaders.SLOTS_PER_FIELD];
    private int at;
    private int fields;

    private boolean oldVersion;
    private int hosts;
    private int host;
    private int hostEnd;
    private int contentLengths;
    private long contentLength;
    private int transferEncodings;
    private boolean chunked;
    private boolean closes;
    private boolean staysOpen;
    private boolean expectsContinue;
    private boolean expectsOther;

    /**
     * A parser of the head that these bytes begin with.
     *
     * @param head ends with a line end and a blank line, be it this head's or a later one's: nothing reads on over the last
     *     carriage return. What is parsed keeps the array.
     */
    HeadParser(byte[] head) {
        this.head = head;
    }

    /** Bytes of the head that was parsed, its blank line included. */
    int length() {
        return at + 2;
    }

    /**
     * The head. Called once.
     *
     * @throws HttpFailure if it is no request that can be answered: 400, 417, 501 or 505
     */
    RequestHead parse() {
        String method = method();
        RequestTarget target = target(method);
        version();
        int fieldsStart = at;
        while (!isLineEnd(at)) {
            field();
        }
        checkHost(target);
        checkFraming();
        Headers headers = FriendAccess.HEADERS.get().of(head, fieldsStart, at, slots, fields);
        boolean keepAlive = !closes && (!oldVersion || staysOpen);
        return new RequestHead(
                method,
                target,
                headers,
                contentLength,
                chunked,
                oldVersion ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
                keepAlive,
                expectsContinue && !oldVersion);
    }

    private String method() {
        int start = at;
        while (Ascii.isToken(head[at])) {
            at++;
        }
        if (at == start || head[at] != ' ') {
            throw HttpFailure.badRequest("the request line does not begin with a method and one blank");
        }
        return method(start, at++);
    }

    private String method(int start, int end) {
        for (String method : METHODS) {
            if (equalsAt(start, end, method)) {
                return method;
            }
        }
        String other = string(start, end);
        if (other.equals("CONNECT")) {
            throw new HttpFailure(501, "this server is no proxy");
        }
        return other;
    }

    private RequestTarget target(String method) {
        int start = at;
        while (Ascii.isPlainPath(head[at])) {
            at++;
        }
        if (head[start] == '/' && head[at] == ' ') {
            return RequestTarget.plain(string(start, at++));
        }
        while (Ascii.isTarget(head[at])) {
            at++;
        }
        if (at == start || head[at] != ' ') {
            throw HttpFailure.badRequest(
                    "the target of the request is empty or holds a character that may not stand there");
        }
        return RequestTarget.parse(method, string(start, at++));
    }

    private void version() {
        int minor = at + HTTP_1.length;
        if (Arrays.equals(head, at, Math.min(minor, head.length), HTTP_1, 0, HTTP_1.length)
                && (head[minor] == '0' || head[minor] == '1')
                && isLineEnd(minor + 1)) {
            oldVersion = head[minor] == '0';
            at = minor + 3;
            return;
        }
        throw otherVersion();
    }

    private HttpFailure otherVersion() {
        int end = at;
        while (!isLineEnd(end)) {
            end++;
        }
        boolean wellFormed = string(at, end).matches("HTTP/[0-9]\\.[0-9]");
        return wellFormed
                ? new HttpFailure(505, "HTTP/1.1 is spoken here, and HTTP/1.0")
                : HttpFailure.badRequest("the request line does not end with one blank and a version of HTTP");
    }

    /* A line that begins with a blank, an obsolete fold, fails here: a blank is no character of a name. */
    private void field() {
        int name = at;
        while (Ascii.isToken(head[at])) {
            at++;
        }
        int nameEnd = at;
        if (nameEnd == name || head[nameEnd] != ':') {
            throw HttpFailure.badRequest("a header field does not begin with a name and a colon");
        }
        at++;
        while (Ascii.isBlank(head[at])) {
            at++;
        }
        int value = at;
        while (Ascii.isFieldValue(head[at])) {
            at++;
        }
        if (!isLineEnd(at)) {
            throw HttpFailure.badRequest("a header field holds a control character");
        }
        int valueEnd = at;
        while (valueEnd > value && Ascii.isBlank(head[valueEnd - 1])) {
            valueEnd--;
        }
        at += 2;
        add(name, nameEnd, value, valueEnd);
        note(name, nameEnd, value, valueEnd);
    }

    private void add(int name, int nameEnd, int value, int valueEnd) {
        int slot = fields++ * OfHeaders.SLOTS_PER_FIELD;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, 2 * slot);
        }
        slots[slot] = name;
        slots[slot + 1] = nameEnd;
        slots[slot + 2] = value;
        slots[slot + 3] = valueEnd;
    }

    /** Remembers what a field says about the connection and the body. Few fields do, and their lengths tell them. */
    private void note(int name, int nameEnd, int value, int valueEnd) {
        switch (nameEnd - name) {
            case 4 -> {
                if (isNamed(name, nameEnd, "host")) {
                    noteHost(value, valueEnd);
                }
            }
            case 6 -> {
                if (isNamed(name, nameEnd, "expect")) {
                    noteExpectation(isNamed(value, valueEnd, "100-continue"));
                }
            }
            case 10 -> {
                if (isNamed(name, nameEnd, "connection")) {
                    noteConnection(value, valueEnd);
                }
            }
            case 14 -> {
                if (isNamed(name, nameEnd, "content-length")) {
                    noteContentLength(value, valueEnd);
                }
            }
            case 17 -> {
                if (isNamed(name, nameEnd, "transfer-encoding")) {
                    noteTransferEncoding(value, valueEnd);
                }
            }
            default -> {}
        }
    }

    private void noteHost(int value, int valueEnd) {
        hosts++;
        host = value;
        hostEnd = valueEnd;
        if (value < valueEnd && !Authority.isValid(head, value, valueEnd)) {
            throw HttpFailure.badRequest("the Host field is not the name of a host");
        }
    }

    private void noteExpectation(boolean known) {
        expectsContinue |= known;
        expectsOther |= !known;
    }

    private void noteConnection(int value, int valueEnd) {
        for (String option : string(value, valueEnd).split(",", -1)) {
            String trimmed = option.strip();
            closes |= trimmed.equalsIgnoreCase("close");
            staysOpen |= trimmed.equalsIgnoreCase("keep-alive");
        }
    }

    private void noteContentLength(int value, int valueEnd) {
        contentLengths++;
        if (value == valueEnd) {
            throw HttpFailure.badRequest("the Content-Length field is empty");
        }
        long length = 0;
        for (int i = value; i < valueEnd; i++) {
            if (head[i] < '0' || head[i] > '9') {
                throw HttpFailure.badRequest("the Content-Length field is not a number");
            }
            length = i - value < MAX_LENGTH_DIGITS ? length * 10 + head[i] - '0' : Long.MAX_VALUE;
        }
        contentLength = length;
    }

    private void noteTransferEncoding(int value, int valueEnd) {
        transferEncodings++;
        String coding = string(value, valueEnd);
        chunked = coding.equalsIgnoreCase("chunked");
        if (!chunked) {
            throw refusedCoding(coding);
        }
    }

    /* RFC 9112, 6.3: without a final "chunked" the end of the body cannot be found, and that is an error of the client.
     * With it the body could be cut out, only not be understood. */
    private static HttpFailure refusedCoding(String codings) {
        int lastComma = codings.lastIndexOf(',');
        boolean chunkedLast = codings.substring(lastComma + 1).strip().equalsIgnoreCase("chunked");
        boolean chunkedBefore = lastComma >= 0
                && Arrays.stream(codings.substring(0, lastComma).split(",", -1))
                        .anyMatch(coding ->
                                coding.strip().isEmpty() || coding.strip().equalsIgnoreCase("chunked"));
        return chunkedLast && !chunkedBefore
                ? new HttpFailure(501, "of the transfer codings only chunked is understood here")
                : HttpFailure.badRequest("the Transfer-Encoding field does not end with chunked, once");
    }

    /* RFC 9112, 3.2.2: the target's host counts, not the field's. Who goes by the field alone must not be led elsewhere. */
    private void checkHost(RequestTarget target) {
        if (hosts > 1 || (hosts == 0 && !oldVersion)) {
            throw HttpFailure.badRequest("a request has exactly one Host field");
        }
        if (hosts == 1 && target.isUrl() && !target.isFor(string(host, hostEnd))) {
            throw HttpFailure.badRequest("the target of the request names another host than the Host field");
        }
    }

    private void checkFraming() {
        if (contentLengths > 1) {
            throw HttpFailure.badRequest("there is more than one Content-Length field");
        }
        if (transferEncodings > 1) {
            throw HttpFailure.badRequest("there is more than one Transfer-Encoding field");
        }
        if (transferEncodings > 0 && contentLengths > 0) {
            throw HttpFailure.badRequest("there is a Content-Length field beside Transfer-Encoding");
        }
        if (transferEncodings > 0 && oldVersion) {
            throw HttpFailure.badRequest("HTTP/1.0 knows no Transfer-Encoding");
        }
        if (expectsOther && !oldVersion) {
            throw new HttpFailure(417, "of the expectations only 100-continue is known here");
        }
    }

    private boolean isLineEnd(int index) {
        return head[index] == '\r' && head[index + 1] == '\n';
    }

    private boolean equalsAt(int start, int end, String text) {
        if (end - start != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (head[start + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isNamed(int start, int end, String lowerCase) {
        if (end - start != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if (Ascii.lower(head[start + i]) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String string(int start, int end) {
        return new String(head, start, end - start, ISO_8859_1);
    }
}
