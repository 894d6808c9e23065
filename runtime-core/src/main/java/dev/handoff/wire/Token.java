package dev.handoff.wire;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The proof by which a master recognizes its worker: 128 random bits from the role file. It is valid for one hello on the control
 * channel and one on each lane.
 *
 * @param high the first eight bytes
 * @param low the last eight
 */
public record Token(long high, long low) {
    /** A new random token. */
    public static Token random() {
        SecureRandom random = new SecureRandom();
        return new Token(random.nextLong(), random.nextLong());
    }

    /** Reads what {@link #toHex} wrote. */
    public static Token parse(String hex) {
        if (hex.length() != 4 * Long.BYTES) {
            throw new IllegalArgumentException("a token has " + 4 * Long.BYTES + " hex digits, not " + hex.length());
        }
        int middle = 2 * Long.BYTES;
        return new Token(
                HexFormat.fromHexDigitsToLong(hex, 0, middle),
                HexFormat.fromHexDigitsToLong(hex, middle, hex.length()));
    }

    /** All bits as 32 hex digits. */
    public String toHex() {
        HexFormat format = HexFormat.of();
        return format.toHexDigits(high) + format.toHexDigits(low);
    }

    /** Shows no bit, because a token must not get into a log. */
    @Override
    public String toString() {
        return "Token[***]";
    }
}
