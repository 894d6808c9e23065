package dev.handoff.netty;

/** Which characters may stand where in a head. Source: RFC 9110, section 5.6, and RFC 9112, sections 3 and 5. */
final class Ascii {
    private static final boolean[] TOKEN = new boolean[128];
    private static final boolean[] HOST = new boolean[128];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = HOST[c] = isLetterOrDigit(c);
        }
        "!#$%&'*+-.^_`|~".chars().forEach(c -> TOKEN[c] = true);
        "-._~!$&'()*+,;=:%[]".chars().forEach(c -> HOST[c] = true);
    }

    private Ascii() {}

    /** A character of a method's or a field's name. */
    static boolean isToken(int c) {
        return c >= 0 && c < 128 && TOKEN[c];
    }

    /** A character of a field's value, as an ISO-8859-1 letter. */
    static boolean isFieldValue(int c) {
        return c >= ' ' ? c != 0x7f && c <= 0xff : c == '\t';
    }

    /** A character of a request's target. A fragment is none of the server's business and never sent. */
    static boolean isTarget(int c) {
        return c > ' ' && c < 0x7f && c != '#';
    }

    /** A character of a Host field's value. */
    static boolean isHost(int c) {
        return c >= 0 && c < 128 && HOST[c];
    }

    static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    /** The value of a hexadecimal digit, -1 for anything else. */
    static int hexDigit(int c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    /** The text with everything but visible ASCII replaced, to be shown. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.chars().forEach(c -> shown.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return shown.toString();
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    }
}
