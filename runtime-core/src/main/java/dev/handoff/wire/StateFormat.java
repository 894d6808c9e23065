package dev.handoff.wire;

/**
 * The format of a connection's state: which handlers write it, and in which version. Only a worker with the same format can resume the
 * connection.
 *
 * @param kind names the handlers, such as {@code http/1.1}: at most {@link #MOST_KIND} characters of printable
 *     ASCII, no blanks
 * @param version 1 to {@link #MOST_VERSION}; 0 in {@link #NONE} alone
 */
public record StateFormat(String kind, int version) {
    /** The longest kind. */
    public static final int MOST_KIND = 255;

    /** The highest version. */
    public static final int MOST_VERSION = 65_535;

    /** The format of handlers that cannot resume a connection that was read from. */
    public static final StateFormat NONE = new StateFormat("", 0);

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public StateFormat {
        if (kind.length() > MOST_KIND || !kind.chars().allMatch(character -> character > ' ' && character < 0x7f)) {
            throw new IllegalArgumentException("expected a kind of states of at most " + MOST_KIND
                    + " characters of printable ASCII without blanks, found '" + kind + "'");
        }
        if (version < 0 || version > MOST_VERSION) {
            throw new IllegalArgumentException(
                    "expected a version of states from 0 to " + MOST_VERSION + ", found " + version);
        }
    }
}
