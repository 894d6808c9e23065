package dev.handoff.wire;

/**
 * Whose state of a connection something is, and which version of it: only who has the same can go on with it.
 *
 * @param kind of what handlers it is the state, such as {@code http/1.1}: at most {@link #MOST_KIND} characters of printable
 *     ASCII, no blanks
 * @param version 1 to {@link #MOST_VERSION}; 0 in {@link #NONE} alone
 */
public record StateFormat(String kind, int version) {
    /** The longest kind. */
    public static final int MOST_KIND = 255;

    /** The highest version. */
    public static final int MOST_VERSION = 65_535;

    /** Of whoever goes on with no connection that has been read from. */
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
