package dev.handoff.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;

/** The host, and perhaps the port, that a request is for. Source: RFC 3986, section 3.2, without a user; RFC 9110, section 7.2. */
public final class Authority {
    private static final int MAX_PORT_DIGITS = 5;
    private static final int MAX_PORT = 65_535;

    private Authority() {}

    /** Whether the text is a host, a colon and a port, or a host alone; a host has at least one character. */
    static boolean isValid(String text) {
        return isValid(text.getBytes(ISO_8859_1), 0, text.length());
    }

    /** Whether the bytes [start, end) are one. */
    static boolean isValid(byte[] bytes, int start, int end) {
        boolean address = start < end && bytes[start] == '[';
        int hostEnd = address ? endOfAddress(bytes, start, end) : endOfName(bytes, start, end);
        return hostEnd > start && (hostEnd == end || isPort(bytes, hostEnd, end));
    }

    /** The host without the port. */
    public static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    /** Whether two name the same host and port, for a scheme with that port where none is named. */
    static boolean isSame(String one, String other, int usualPort) {
        return normal(one, usualPort).equals(normal(other, usualPort));
    }

    private static String normal(String authority, int usualPort) {
        return authority.toLowerCase(Locale.ROOT).replaceFirst(":(" + usualPort + ")?$", "");
    }

    private static int endOfName(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && (Ascii.isHost(bytes[at]) || isEscape(bytes, at, end))) {
            at++;
        }
        return at;
    }

    /* The two digits are characters of a name by themselves. */
    private static boolean isEscape(byte[] bytes, int at, int end) {
        return bytes[at] == '%'
                && at + 2 < end
                && Ascii.hexDigit(bytes[at + 1]) >= 0
                && Ascii.hexDigit(bytes[at + 2]) >= 0;
    }

    /** Behind the closing bracket of an address of version 6; start if it is none. */
    private static int endOfAddress(byte[] bytes, int start, int end) {
        int at = start + 1;
        boolean colon = false;
        while (at < end && (Ascii.hexDigit(bytes[at]) >= 0 || bytes[at] == ':' || bytes[at] == '.')) {
            colon |= bytes[at++] == ':';
        }
        return colon && at < end && bytes[at] == ']' ? at + 1 : start;
    }

    /* RFC 3986 lets a port be empty behind its colon. */
    private static boolean isPort(byte[] bytes, int colon, int end) {
        if (bytes[colon] != ':' || end - colon - 1 > MAX_PORT_DIGITS) {
            return false;
        }
        int port = 0;
        for (int at = colon + 1; at < end; at++) {
            if (bytes[at] < '0' || bytes[at] > '9') {
                return false;
            }
            port = port * 10 + bytes[at] - '0';
        }
        return port <= MAX_PORT;
    }
}
