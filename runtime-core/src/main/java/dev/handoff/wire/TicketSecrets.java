package dev.handoff.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secrets from which the keys of TLS session tickets are derived. All workers of a cluster have the same, so that each accepts the
 * tickets of the others. The newest secret makes tickets; the two before it are kept for the tickets that they have made. Immutable.
 */
public final class TicketSecrets {
    /** Bytes of each. */
    static final int LENGTH = 32;

    /** How many are kept. */
    static final int MOST = 3;

    private static final String HMAC = "HmacSHA256";

    private final byte[] newestFirst;

    private TicketSecrets(byte[] newestFirst) {
        this.newestFirst = newestFirst;
    }

    /**
     * Reads what {@link #newestFirst} gave.
     *
     * @throws IllegalArgumentException if these are not one to three secrets
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TicketSecrets of(byte[] newestFirst) {
        if (newestFirst.length == 0 || newestFirst.length > MOST * LENGTH || newestFirst.length % LENGTH != 0) {
            throw new IllegalArgumentException("expected 1 to " + MOST + " secrets of " + LENGTH + " bytes each, found "
                    + newestFirst.length + " bytes");
        }
        return new TicketSecrets(newestFirst.clone());
    }

    /** One new random secret. */
    public static TicketSecrets fresh() {
        return new TicketSecrets(new byte[0]).renewed();
    }

    /** A new random secret, and the newest two of these. */
    public TicketSecrets renewed() {
        byte[] newest = new byte[LENGTH];
        new SecureRandom().nextBytes(newest);
        int kept = Math.min(newestFirst.length, (MOST - 1) * LENGTH);
        byte[] all = Arrays.copyOf(newest, LENGTH + kept);
        System.arraycopy(newestFirst, 0, all, LENGTH, kept);
        return new TicketSecrets(all);
    }

    /** All secrets in one array, the newest first. */
    @JsonValue
    byte[] newestFirst() {
        return newestFirst.clone();
    }

    /**
     * Keys for one purpose. They reveal nothing about the keys for another purpose. Source: RFC 5869, section 2.3.
     *
     * @param length of each, in bytes, at most 8,160
     * @return the newest first
     */
    public List<byte[]> keys(byte[] purpose, int length) {
        List<byte[]> keys = new ArrayList<>();
        for (int at = 0; at < newestFirst.length; at += LENGTH) {
            keys.add(expand(new SecretKeySpec(newestFirst, at, LENGTH, HMAC), purpose, length));
        }
        return keys;
    }

    private static byte[] expand(SecretKeySpec secret, byte[] purpose, int length) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            byte[] key = new byte[length];
            byte[] block = {};
            for (int at = 0; at < length; at += block.length) {
                mac.update(block);
                mac.update(purpose);
                block = mac.doFinal(new byte[] {(byte) (at / LENGTH + 1)});
                System.arraycopy(block, 0, key, at, Math.min(block.length, length - at));
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TicketSecrets secrets && Arrays.equals(newestFirst, secrets.newestFirst);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(newestFirst);
    }

    /** Shows no secret, because it must not get into a log. */
    @Override
    public String toString() {
        return "TicketSecrets[***]";
    }
}
