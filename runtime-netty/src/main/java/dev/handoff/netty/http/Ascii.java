package dev.handoff.netty.http;

/** Which characters may stand where in a head. Source: RFC 9110, section 5.6, and RFC 9112, sections 3 and 5. */
public final class Ascii {
    private static final int TOKEN = 1;
    private static final int HOST = 2;
    private static final int TARGET = 4;
    private static final int VALUE = 8;
    private static final int PLAIN_PATH = 16;
    private static final int[] KINDS = new int[256];

    static {
        for (int c = 0; c < KINDS.length; c++) {
            KINDS[c] |= isLetterOrDigit(c) ? TOKEN | HOST | PLAIN_PATH : 0;
            KINDS[c] |= c > ' ' && c < 0x7f && c != '#' ? TARGET : 0;
            KINDS[c] |= c == '\t' || (c >= ' ' && c != 0x7f) ? VALUE : 0;
        }
        "!#$%&'*+-.^_`|~".chars().forEach(c -> KINDS[c] |= TOKEN);
        "-_~!$&()*+,;=:@/".chars().forEach(c -> KINDS[c] |= PLAIN_PATH);
        "-._~!$&'()*+,;=".chars().forEach(c -> KINDS[c] |= HOST);
    }

    private Ascii() {}

    /** A byte of a method's or a field's name. */
    public static boolean isToken(byte b) {
        return is(b, TOKEN);
    }

    /** A byte of a field's value; beyond ASCII it is an ISO-8859-1 letter. */
    public static boolean isFieldValue(byte b) {
        return is(b, VALUE);
    }

    /** A byte of a request's target. A fragment is none of the server's business and never sent. */
    static boolean isTarget(byte b) {
        return is(b, TARGET);
    }

    /** A byte of a path that stands for itself: no escape, no dot, no end of the path. */
    static boolean isPlainPath(byte b) {
        return is(b, PLAIN_PATH);
    }

    /** A byte of the name of a host that stands for itself. */
    static boolean isHost(byte b) {
        return is(b, HOST);
    }

    private static boolean is(byte b, int kind) {
        return (KINDS[b & 0xff] & kind) != 0;
    }

    static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    /** The value of a hexadecimal digit, -1 for anything else. */
    public static int hexDigit(int c) {
        return c >= 0 && c < 128 ? Character.digit(c, 16) : -1;
    }

    /** The character in lower case, if it is an ASCII letter. */
    public static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    /** The text with everything but visible ASCII replaced, to be shown. */
    public static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.chars().forEach(c -> shown.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return shown.toString();
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    }
}
